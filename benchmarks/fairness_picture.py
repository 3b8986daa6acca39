"""Draws how long people wait, as an SVG without any library; the same figures, the same text."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

WIDTH, HEIGHT = 1000, 600
LEFT, TOP, PANEL, GAP, ROW = 120, 132, 400, 48, 18
CROWD, GREEDY, INK, FAINT, PAPER = "#2563eb", "#d97706", "#1f2937", "#d1d5db", "#ffffff"
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from asking to the first result and to the last."""

    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One way to serve everybody: the twenty who want little, and the one who wants much."""

    title: str
    crowd: tuple[Span, ...]
    greedy: Span


def drawn(*panels: Panel) -> str:
    """The picture of two panels beside each other, on one scale."""
    longest = max(span.last for panel in panels for span in (*panel.crowd, panel.greedy))
    minutes = int(longest // MINUTE) + 1
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="13" role="img">',
        "<title>How long each person waits for a first and a last result</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        _text(24, 36, "One person asks for 500 jobs. Then 20 people ask for 3 each.", 22, "bold"),
        _text(24, 60, "How long until everybody has a first result, and the last one?", 15),
        *_key(),
        *_names(len(panels[0].crowd)),
    ]
    for n, panel in enumerate(panels):
        lines += _panel(panel, LEFT + n * (PANEL + GAP), PANEL / minutes / MINUTE, minutes)
    return "\n".join([*lines, "</svg>", ""])


def _key() -> Iterator[str]:
    y = HEIGHT - 22
    yield _dot(LEFT + 6, y, CROWD)
    yield _text(LEFT + 18, y + 4, "first result")
    yield _ring(LEFT + 116, y, CROWD)
    yield _text(LEFT + 128, y + 4, "last result")
    shared = "8 jobs run at once, about 6 seconds each; the same jobs on both sides"
    yield _text(LEFT + 230, y + 4, shared)


def _names(people: int) -> Iterator[str]:
    middle = TOP + people * ROW / 2
    yield _text(LEFT - 14, middle - 4, "20 people,", anchor="end")
    yield _text(LEFT - 14, middle + 13, "3 jobs each", anchor="end")
    yield _text(LEFT - 14, _y(people + 1) + 5, "500 jobs", weight="bold", anchor="end", fill=GREEDY)


def _panel(panel: Panel, x: float, scale: float, minutes: int) -> Iterator[str]:
    """`scale`: units a second."""
    usual = median(span.first for span in panel.crowd)
    yield _text(x, TOP - 40, panel.title, 16, "bold")
    half = f"Half of the 20 have a first result after {_spoken(usual)}"
    yield _text(x, TOP - 20, half, fill=CROWD)
    bottom = _y(len(panel.crowd) + 2)
    for minute in range(minutes + 1):
        at = x + minute * MINUTE * scale
        yield f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{bottom}" stroke="{FAINT}"/>'
        unit = " min" if minute == minutes else ""
        yield _text(at, bottom + 18, f"{minute}{unit}", anchor="middle")
    for row, span in enumerate(sorted(panel.crowd, key=lambda span: span.last)):
        yield from _span(span, x, _y(row), scale, CROWD)
    yield from _span(panel.greedy, x, _y(len(panel.crowd) + 1), scale, GREEDY)


def _span(span: Span, x: float, y: float, scale: float, colour: str) -> Iterator[str]:
    first, last = x + span.first * scale, x + span.last * scale
    yield _line(x, first, y, colour, 1)
    yield _line(first, last, y, colour, 5)
    yield _ring(last, y, colour)
    yield _dot(first, y, colour)


def _line(start: float, end: float, y: float, colour: str, width: int) -> str:
    return (
        f'<line x1="{start:.1f}" y1="{y}" x2="{end:.1f}" y2="{y}" stroke="{colour}" '
        f'stroke-width="{width}" stroke-opacity="0.4"/>'
    )


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colour}"/>'


def _ring(x: float, y: float, colour: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{PAPER}" stroke="{colour}" stroke-width="2"/>'
    )


def _y(row: int) -> float:
    return TOP + ROW * row + ROW / 2


def _spoken(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.0f} seconds"
    return f"{seconds / MINUTE:.1f} minutes"


def _text(
    x: float,
    y: float,
    text: str,
    size: int = 13,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}">{text}</text>'
    )
