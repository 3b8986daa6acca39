"""What starts the bot on a server knows its exit codes, its grace, and its files."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

import main
from bot.operation import pulse
from config.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "conveyor.service"
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def service():
    unit = ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string(UNIT.read_text())
    return unit["Service"]


class TestTheUnit:
    def test_does_not_start_again_what_only_a_person_can_mend(self, service):
        codes = {int(code) for code in service["RestartPreventExitStatus"].split()}
        assert codes == {main.SETTING, main.TOKEN}
        assert service["Restart"] == "on-failure"

    def test_waits_longer_than_the_grace_before_it_kills(self, service):
        assert int(service["TimeoutStopSec"]) >= Settings().shutdown.grace + 30
        assert service["KillSignal"] == "SIGTERM"

    def test_starts_a_command_that_there_is(self, service):
        *_, program, command = shlex.split(service["ExecStart"])
        assert Path(program).name == "main.py"
        main._parser().parse_args([command])

    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
    def test_is_understood_by_systemd(self, tmp_path):
        unit = tmp_path / UNIT.name
        unit.write_text(UNIT.read_text().replace("/opt/conveyor/.venv/bin/python", sys.executable))
        verify = ["systemd-analyze", "verify", "--man=no", str(unit)]
        verdict = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert UNIT.name not in verdict.stderr
        assert verdict.returncode == 0, verdict.stderr


class TestTheImage:
    def test_copies_only_what_is_there_and_not_ignored(self):
        kept = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
        copied = set()
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
            copied |= set(line.split()[:-1])
        assert copied == kept
        assert all((ROOT / one).exists() for one in copied)

    def test_has_every_package_that_the_program_is_made_of(self):
        imported = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks"}
        assert imported <= set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))

    @pytest.mark.parametrize("instruction", ["CMD", "HEALTHCHECK"])
    def test_runs_commands_that_there_are(self, instruction):
        block = re.findall(rf"^{instruction} [^\[]*(\[.*\])$", DOCKERFILE, re.MULTILINE)[0]
        main._parser().parse_args([json.loads(block)[-1]])

    def test_asks_longer_than_the_bot_may_think(self):
        (seconds,) = re.findall(r"--timeout=(\d+)s", DOCKERFILE)
        assert int(seconds) > pulse.PATIENCE_S

    def test_does_not_run_as_root(self):
        assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["conveyor"]
