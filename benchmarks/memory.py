"""What 5,000 jobs leave in memory, over a bare interpreter (read from Linux's /proc).

Run as a program, it stores, runs and finishes them, then prints its own status.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.drain import ours
from benchmarks.peers.measured import ROOT

STATUS = "/proc/self/status"
BARE = ("-c", f"print(open({STATUS!r}).read())")
OURS = ("-m", "benchmarks.memory")


def resident_mib(*arguments: str) -> float:
    """Of a Python with these arguments that prints its status at its end."""
    told = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = re.search(r"VmRSS:\s+(\d+) kB", told.stdout)
    if found is None:
        raise RuntimeError(f"{STATUS} has no VmRSS; this is measured on Linux only.")
    return int(found[1]) / 1024


def main() -> None:
    """The whole life of 5,000 jobs in this process."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ours(Path(folder)))
    print(Path(STATUS).read_text())


if __name__ == "__main__":
    main()
