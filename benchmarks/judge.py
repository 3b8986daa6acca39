"""How a figure is told, and whether it is good enough."""

import math
import sys


def judged(what: str, value: float, at_least: float = -math.inf, at_most: float = math.inf) -> bool:
    """Print the figure beside its bound; whether the bound is kept."""
    kept = at_least <= value <= at_most
    bound = f"at least {at_least:g}" if at_least > -math.inf else f"at most {at_most:g}"
    print(f"{'ok  ' if kept else 'MISS'} {what}: {value:.3g} ({bound})")
    return kept


def leave(verdicts: list[bool]) -> None:
    """End the process: 0 if all bounds are kept, else 1."""
    sys.exit(0 if all(verdicts) else 1)
