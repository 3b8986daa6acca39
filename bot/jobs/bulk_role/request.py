"""What is asked for, how far it has come, and what came of it. Plain data."""

from collections import Counter
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["add", "remove"]

PEOPLE_FILE = "people.txt"
"""The file that comes with a job: whom it is about, an id a line, in their order."""


class RoleChange(BaseModel):
    """Add the role to so many `people`, or remove it from them; they stand in `PEOPLE_FILE`.

    When it was confirmed, `absent` of them were not in the server, and for `already` others it was
    so. `having`: only for those who still hold this role.
    """

    action: Action
    role: int
    role_name: str
    people: int
    absent: int = 0
    already: int = 0
    having: int | None = None
    reason: str = ""


class Outcome(StrEnum):
    """What became of one person; each begins with a letter of its own, which stands for it."""

    DONE = "done"
    HAD = "had"
    """It was so already."""
    EXCLUDED = "excluded"
    """They no longer hold the role that they were chosen for."""
    LEFT = "left"
    """They are not in the server."""
    REFUSED = "refused"
    """Discord forbids it for this person."""
    UNANSWERED = "unanswered"
    """Discord failed again and again."""

    @property
    def letter(self) -> str:
        """How a course has it."""
        return self.value[0]


FAILED = (Outcome.LEFT, Outcome.REFUSED, Outcome.UNANSWERED)

_BY_LETTER = {outcome.letter: outcome for outcome in Outcome}


class Course(BaseModel):
    """How far a job has come: what became of each, in their order, a letter a person.

    `changing`: Discord may have been asked to change the next one, and may have done so. `waits`:
    how often that one was put off because Discord did not answer.
    """

    model_config = ConfigDict(frozen=True)

    letters: str = ""
    changing: bool = False
    waits: int = 0

    @property
    def at(self) -> int:
        """Whose turn it is: so many are behind."""
        return len(self.letters)

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of each."""
        return [_BY_LETTER[letter] for letter in self.letters]

    @property
    def counts(self) -> Counter[Outcome]:
        """How many of each there are."""
        return Counter({one: self.letters.count(one.letter) for one in Outcome})

    def begun(self) -> "Course":
        """The next one is about to be changed."""
        return self.model_copy(update={"changing": True})

    def ended(self, outcome: Outcome) -> "Course":
        """The next one is behind."""
        return Course(letters=self.letters + outcome.letter)

    def put_off(self) -> "Course":
        """Discord did not answer; the next one remains the next."""
        return self.model_copy(update={"waits": self.waits + 1})

    def rested(self) -> "Course":
        """Whoever goes on has all patience again."""
        return self.model_copy(update={"waits": 0})

    def ends_with(self, outcome: Outcome, times: int) -> bool:
        """Whether the last so many ended like this."""
        return self.letters.endswith(outcome.letter * times)

    def back_before(self, outcome: Outcome) -> "Course":
        """The last ones, if they ended like this, are to be tried again."""
        return Course(letters=self.letters.rstrip(outcome.letter))


class Problem(BaseModel):
    """Somebody who could not be changed."""

    person: int
    why: Outcome


class Changed(BaseModel):
    """What came of all. `problems` are the first of those that failed."""

    action: Action
    role: int
    role_name: str
    counts: dict[Outcome, int]
    problems: list[Problem] = []

    @property
    def failed(self) -> int:
        """How many could not be changed."""
        return sum(self.counts.get(one, 0) for one in FAILED)
