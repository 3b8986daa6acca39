"""Neither a kind of work nor options declare a number with which jobs would wait for ever, nothing
would ever rest, or that would silently mean another.
"""

from collections.abc import Callable, Mapping
from math import inf
from types import MappingProxyType
from typing import NamedTuple


class _Rule(NamedTuple):
    """What a number must be, and what None means instead (empty: it may not be None)."""

    fits: Callable[[float], bool]
    wanted: str
    none_means: str = ""


def _whole(n: float) -> bool:
    return isinstance(n, int) and n > 0


def _above_0(n: float) -> bool:
    return 0 < n < inf


RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "timeout": _Rule(_above_0, "some seconds above 0", "the queue's timeout"),
        "max_attempts": _Rule(_whole, "a whole number above 0", "the queue's number of attempts"),
        "cost": _Rule(_above_0, "a number above 0"),
        "max_running": _Rule(_whole, "a whole number above 0", "no bound"),
        "max_running_per_key": _Rule(_whole, "a whole number above 0"),
        "cache_ttl": _Rule(lambda n: 0 <= n < inf, "some seconds, or 0 for never", "the queue's"),
    }
)


def refuse_odd_numbers(kind: object, name: str) -> None:
    """Raises `ValueError` that names the kind, the value, and what it must be."""
    for value, rule in RULES.items():
        n = getattr(kind, value)
        if not (rule.none_means if n is None else rule.fits(n)):
            none = f" (None means {rule.none_means})" if rule.none_means else ""
            raise ValueError(
                f"The kind of job {name!r} has {value}={n}; it must be {rule.wanted}{none}."
            )


def refuse_nothing(options: object, *names: str) -> None:
    """Raises `ValueError` that names the first of these numbers that is not above 0."""
    for name in names:
        n = getattr(options, name)
        if not n > 0:
            raise ValueError(f"{type(options).__name__} has {name}={n}; it must be above 0.")
