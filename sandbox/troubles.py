"""What goes wrong on purpose: failing, slow, unanswered calls; a gateway that drops or repeats."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Final, Literal

from sandbox.bus import Bus
from sandbox.events import TroublesChanged
from sandbox.model import JsonObject
from sandbox.trouble_rules import ENDLESS, Failure, Held, Lost, Outcome, Rule, Storm

HEARTBEAT_S: Final = 41.25
IN_A_STORM: Final = (500, 503, "reset", "lost", "hang")


class Troubles:
    """The rules in force. Patterns are parts of `METHOD /path`, with `*` for anything.

    `PATCH *@original`, `callback` and `POST /channels/{channel}/messages` are patterns.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._rules: list[Rule] = []
        self.rest_all: Failure | None = None
        self.duplicates = False
        self.gateway_up = True
        self.rest_up = True
        self.cleared = asyncio.Event()
        self.drop_connections: Callable[[bool], None] = lambda _resumable: None
        self.invalidate_sessions: Callable[[], None] = lambda: None
        self.kill_tokens: Callable[[], None] = lambda: None
        self.freeze_connections: Callable[[], None] = lambda: None
        self.limit_connections: Callable[[float | None], None] = lambda _life_s: None
        self.storming: Storm | None = None
        self.connection_life_s: float | None = None
        self.heartbeat_s = HEARTBEAT_S
        """What clients that connect from now on are told to keep to."""
        self.replayed = 0
        """How many events that were heard already a resume brings once more."""

    # -- REST ---------------------------------------------------------------------------------

    def fail(
        self,
        pattern: str,
        outcome: Outcome,
        *,
        times: int | None = 1,
        probability: float = 1.0,
        retry_after_s: float = 1.0,
        code: int = 0,
    ) -> Failure:
        """Fail the next `times` matching calls, or all of them with `times=None`."""
        remaining = ENDLESS if times is None else times
        failure = Failure(
            pattern, remaining, probability, outcome=outcome, retry_after_s=retry_after_s, code=code
        )
        self._rules.append(failure)
        self._changed()
        return failure

    def fail_everything(self, status: Outcome | None, times: int | None = None) -> None:
        """Fail every call so; None ends it."""
        if self.rest_all is not None:
            self._rules.remove(self.rest_all)
        self.rest_all = None if status is None else self.fail("", status, times=times)
        self._changed()

    def storm(
        self,
        share: float,
        seed: int = 0,
        *,
        pattern: str = "",
        outcomes: tuple[Outcome | Literal["lost"], ...] = IN_A_STORM,
        hang_s: float = 2.0,
    ) -> None:
        """Let this share of matching calls fail, drawn from the seed, until told otherwise; 0 ends
        it. A call that hangs is torn after `hang_s`; one that is "lost" was performed.
        """
        if self.storming is not None:
            self._rules.remove(self.storming)
            self.storming = None
        if share > 0:
            dice = Random(seed)
            self.storming = Storm(
                pattern, probability=share, dice=dice, outcomes=outcomes, hang_s=hang_s
            )
            self._rules.append(self.storming)
        self._changed()

    def hold(self, pattern: str, *, times: int | None = 1, answered: bool = False) -> Held:
        """Hold matching calls until released; with `answered`, after they were performed."""
        held = Held(pattern, ENDLESS if times is None else times, answered=answered)
        self._rules.append(held)
        return held

    def lose_answer(self, pattern: str, *, times: int | None = 1) -> Lost:
        """Perform matching calls, then tear the connection instead of answering."""
        lost = Lost(pattern, ENDLESS if times is None else times)
        self._rules.append(lost)
        return lost

    def rest_down(self, down: bool = True) -> None:
        """Tear the connection of every call, or stop doing so."""
        self.rest_up = not down
        self._changed()

    def match(self, *calls: str) -> list[Rule]:
        """The rules that hit this call, in the order they were made."""
        if not self._rules:
            return []
        hit = [rule.effect() for rule in self._rules if rule.applies(calls)]
        self._rules = [rule for rule in self._rules if not rule.over or rule is self.rest_all]
        if hit:
            self._changed()
        return hit

    def clear(self) -> None:
        """End everything, and let go of whatever is held."""
        for rule in self._rules:
            if isinstance(rule, Held):
                rule.release()
        self._rules.clear()
        self.cleared.set()
        self.cleared = asyncio.Event()
        self.rest_all = self.storming = None
        self.duplicates = False
        self.replayed = 0
        self.rest_up = self.gateway_up = True
        self.drop_gateway_every(None)
        self._changed()

    # -- tokens and gateway -------------------------------------------------------------------

    def expire_tokens(self) -> None:
        """Every interaction token given so far is dead (50027)."""
        self.kill_tokens()

    def drop_gateway(self, resumable: bool = True) -> None:
        """Close the gateway's connections; the sessions may be resumed, or not."""
        self.drop_connections(resumable)

    def drop_gateway_every(self, seconds: float | None) -> None:
        """End the gateway's connections so long after they were ready, by turns with a drop that
        can be resumed and with an invalid session; None: no more.
        """
        self.connection_life_s = seconds
        self.limit_connections(seconds)
        self._changed()

    def freeze_gateway(self) -> None:
        """The connections that are there bring nothing more, not even answers to heartbeats; what
        they miss can be resumed.
        """
        self.freeze_connections()

    def invalid_session(self) -> None:
        """Tell every session that it is invalid (op 9, not resumable)."""
        self.invalidate_sessions()

    def duplicate_events(self, on: bool = True) -> None:
        """Deliver every event twice."""
        self.duplicates = on
        self._changed()

    def gateway_down(self, down: bool = True) -> None:
        """Close the gateway and refuse to be connected to, or allow it again."""
        self.gateway_up = not down
        if down:
            self.drop_connections(True)
        self._changed()

    def snapshot(self, clock_offset_s: float) -> JsonObject:
        """What the page shows."""
        every = self.rest_all if self.rest_all and self.rest_all.remaining else None
        return {
            "rest": {
                "status": every.outcome if every else None,
                "remaining": every.remaining if every else 0,
            },
            "storm": self.storming.probability if self.storming else 0,
            "gateway_up": self.gateway_up,
            "connection_life_s": self.connection_life_s,
            "duplicate_events": self.duplicates,
            "clock_offset_s": clock_offset_s,
        }

    def _changed(self) -> None:
        self._bus.emit(TroublesChanged())
