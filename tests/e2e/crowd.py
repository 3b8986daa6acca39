"""People who ask one question each, and what each of them has seen in the end."""

from random import Random

from sandbox.interactions import Interaction
from sandbox.model import Message
from tests.e2e.chat_server import answer_to
from tests.e2e.stage import Stage

NEVER_ANSWERED = "never answered"


class Crowd:
    """Asks, waits and judges for many people at once; answers wait until they are let go."""

    def __init__(self, stage: Stage, dice: Random) -> None:
        self.stage = stage
        self.dice = dice
        self.asked: dict[str, Interaction] = {}
        self._withheld: list[str] = []
        stage.chat.closed = True

    async def ask(self, kind: str = "") -> str:
        """Somebody new asks something new; returns the question at once."""
        question = f"question {len(self.asked)} {kind}".strip()
        if kind == NEVER_ANSWERED:
            self.stage.chat.talk(question)
        person, channel = self.stage.person(), self.stage.channel()
        self.asked[question] = await self.stage.world.slash(person, channel, "chat", msg=question)
        return question

    async def ask_and_see(self, kind: str = "") -> str:
        """The same, until the ticket shows that the job runs; somebody else asks meanwhile."""
        self._withheld.append(await self.ask())
        question = await self.ask(kind)
        interaction = self.asked[question]
        await self.stage.begun(question)
        await self.stage.world.wait_for(
            lambda: interaction.original and "Working" in interaction.original.text
        )
        return question

    def let_some_go(self) -> None:
        """Half of those who wait for no moment in particular get their answers."""
        self.dice.shuffle(self._withheld)
        half = len(self._withheld) // 2
        self.stage.chat.let_go(*self._withheld[half:])
        del self._withheld[half:]

    def state(self, question: str) -> str:
        """What the database says of this question's job; empty if there is none."""
        key = f"interaction:{self.asked[question].id}"
        return "".join(state for (state,) in self.stage.rows(STATE, key))

    async def recovered(self) -> None:
        """Wait until the bot has asked about every ticket that it was not sure of."""
        for (key,) in self.stage.rows(UNSURE):
            token = self._token(key)
            await self.stage.world.wait_for(lambda token=token: self._asked_about(token))

    def _token(self, key: str) -> str:
        (token,) = (i.token for i in self.asked.values() if key == f"interaction:{i.id}")
        return token

    def _asked_about(self, token: str) -> bool:
        log = self.stage.world.log
        return any(entry.method == "GET" and token in entry.path for entry in log)

    async def all_answered(self) -> None:
        """Wait until everybody who saw a ticket has the whole answer."""
        await self.stage.world.wait_for(
            lambda: all(self.has_answer(one) for one in self.promised()), 30
        )

    def promised(self) -> list[str]:
        """The questions whose people saw a ticket."""
        return [question for question, one in self.asked.items() if one.original is not None]

    def refused(self) -> list[str]:
        """The questions whose people saw that the bot did not respond."""
        return [question for question, one in self.asked.items() if one.original is None]

    def everything_said_to(self, question: str) -> list[Message]:
        """The bot's messages in this person's own channel."""
        asked = self.asked[question]
        return self.stage.world.messages(asked.channel_id, asked.user_id)

    def has_answer(self, question: str) -> bool:
        """The answer is there whole, and once: in the ticket and what follows it."""
        parts = (
            self.stage.holding(f"the answer to [{question}]")
            if "long" in question
            else self.stage.holding(answer_to(question))
        )
        text = "\n".join(part.content for part in parts)
        first = self.asked[question].original_id
        return text.split() == answer_to(question).split() and parts[0].id == first

    def was_taken_back(self, question: str) -> bool:
        """The answer was there, and then something else was in its place."""
        contents = [
            v.message.content for v in self.stage.world.history(self.asked[question].original)
        ]
        final = contents[-1]
        return any(one != final for one in contents[contents.index(final) :])


STATE = "SELECT state FROM job WHERE key = ?"
UNSURE = """
    SELECT job.key FROM job JOIN delivery ON delivery.job_id = job.id
    WHERE delivery.state = 'HELD'
"""
