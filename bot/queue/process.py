"""What this process takes of its machine."""

import resource
import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")
"""Linux tells the pages in use there, the resident ones second (man 5 proc)."""


def resident_bytes() -> int:
    """The memory that the process holds; its peak so far where the system tells no more."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return peak_bytes()


def peak_bytes() -> int:
    """The most memory that the process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # man 2 getrusage: KiB but there
