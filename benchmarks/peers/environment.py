"""A Python with packages of its own, in an environment that is thrown away."""

import shutil
import subprocess
import sys
from collections.abc import Sequence


class NotMeasured(Exception):
    """Something is missing on this machine; the text says what."""


def first_line(text: str) -> str:
    """Enough of what a program complains about."""
    return text.strip().partition("\n")[0]


def python_with(packages: Sequence[str]) -> list[str]:
    """The command of a Python that has them. Raises `NotMeasured` if they cannot be had."""
    uv = shutil.which("uv")
    if uv is None:
        raise NotMeasured("no uv on this machine")
    wanted = [word for package in packages for word in ("--with", package)]
    own = ("--quiet", "--isolated", "--no-project", "--python", sys.executable)
    command = [uv, "run", *own, *wanted, "--", "python"]
    tried = subprocess.run([*command, "-c", ""], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NotMeasured(f"its packages cannot be installed ({first_line(tried.stderr)})")
    return command
