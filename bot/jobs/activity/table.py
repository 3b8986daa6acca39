"""The table of all members, for spreadsheets."""

from bot.jobs.activity.findings import Findings, Line
from bot.jobs.tables import Cell, csv_bytes

TABLE = "activity.csv"


def table(findings: Findings) -> bytes:
    """One row for each person, with what was asked for."""
    request = findings.request
    header = ["user_id", "name"]
    header += ["messages"] if request.include_messages else []
    header += ["voice_seconds"] if request.include_voice else []

    def row(line: Line) -> list[Cell]:
        cells: list[Cell] = [str(line.user), line.name]
        cells += [line.messages] if request.include_messages else []
        return cells + ([round(line.voice_s)] if request.include_voice else [])

    return csv_bytes(header, (row(line) for line in findings.lines()))
