"""How a figure is told, and whether it is good enough."""

import math
import sys


def judged(what: str, value: float, at_least: float = -math.inf, at_most: float = math.inf) -> bool:
    """Print the figure beside its bound; whether the bound is kept."""
    kept = at_least <= value <= at_most
    above = at_least > -math.inf
    bound = f"at least {_figure(at_least)}" if above else f"at most {_figure(at_most)}"
    print(f"{'ok  ' if kept else 'MISS'} {what}: {_figure(value)} ({bound})")
    return kept


def told(what: str, value: float, unit: str = "") -> None:
    """Print a figure that has no bound of its own."""
    print(f"     {what}: {_figure(value)} {unit}".rstrip())


def leave(verdicts: list[bool]) -> None:
    """End the process: 0 if all bounds are kept, else 1."""
    sys.exit(0 if all(verdicts) else 1)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
