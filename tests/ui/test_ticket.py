"""What each state of a job looks like, and that no job can make a ticket Discord refuses."""

import json
import math

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.queue.ids import new_id
from bot.queue.job import Job, Progress
from bot.queue.outlook import Outlook
from bot.queue.states import FINISHED, State
from bot.texts import say
from bot.ui.ticket import BAR_CELLS, bar, elsewhere_ticket, left_ticket, ticket

ID = new_id()
NOW = 1_700_000_000.25

TITLE, DESCRIPTION, WHOLE, CUSTOM_ID, LABEL = 256, 4096, 6000, 100, 80
"""Discord's limits, in code points."""


def job(state=State.PENDING, **changed) -> Job:
    return Job(ID, "chat", "chat", "{}", state, run_at=NOW, max_attempts=3, **changed)


def text(shown) -> str:
    return f"{shown.embed.title}\n{shown.embed.description or ''}"


class TestEveryTicket:
    @pytest.mark.parametrize("state", State)
    def test_tells_its_kind_and_the_jobs_id(self, state):
        shown = ticket(job(state))
        assert "chat" in shown.embed.title
        assert shown.embed.footer.text == f"job {ID}"
        assert shown.content == ""

    @pytest.mark.parametrize("state", State)
    def test_has_the_buttons_that_its_state_allows(self, state):
        labels = [button.label for button in ticket(job(state)).buttons]
        ended = {State.COMPLETED: [], State.CANCELLED: ["Retry"], State.DISCARDED: ["Retry"]}
        assert labels == ended.get(state, ["Cancel", "Refresh"])

    @pytest.mark.parametrize("state", sorted(FINISHED))
    def test_of_a_job_that_no_store_keeps_offers_no_retry(self, state):
        assert ticket(job(state, durable=False)).buttons == ()

    def test_says_which_state_it_is_by_words_and_not_by_colour_alone(self):
        words = {text(ticket(job(state))) for state in State if state is not State.PARKED}
        assert len(words) == len(State) - 1

    def test_has_buttons_that_name_the_job(self):
        ids = [button.custom_id for button in ticket(job()).buttons]
        assert ids == [f"job:cancel:{ID}", f"job:refresh:{ID}"]


class TestWithoutTheStore:
    @pytest.mark.parametrize("state", State)
    def test_says_so_just_while_the_job_lives(self, state):
        shown = text(ticket(job(state, durable=False)))
        assert (say("ticket-not-durable") in shown) is (state not in FINISHED)

    @pytest.mark.parametrize("state", State)
    def test_is_said_of_no_stored_job(self, state):
        assert say("ticket-not-durable") not in text(ticket(job(state)))


class TestWaiting:
    @pytest.mark.parametrize("outlook", [None, Outlook(0), Outlook(0, NOW)])
    def test_alone_says_nothing_of_a_line(self, outlook):
        assert ticket(job(), outlook).embed.description is None

    @pytest.mark.parametrize(
        ("ahead", "said"),
        [
            (1, "**1** job is ahead of yours."),
            (999, "**999** jobs are ahead of yours."),
            (1000, "**1,000+** jobs are ahead of yours."),
        ],
    )
    def test_says_how_many_are_ahead_exact_up_to_a_thousand(self, ahead, said):
        assert ticket(job(), Outlook(ahead)).embed.description == said

    def test_counts_down_by_itself(self):
        shown = ticket(job(), Outlook(3, NOW + 60))
        assert f"<t:{math.ceil(NOW) + 60}:R>" in text(shown)

    @pytest.mark.parametrize(
        ("slot", "reader", "said"),
        [
            ("owner 7 chat", None, "It waits for your other jobs"),
            ("owner 7 chat", 7, "It waits for your other jobs"),
            ("owner 7 chat", 8, "It waits for other jobs of whoever asked for it first"),
            ("key owner 7", 7, "It waits for its turn of a limit that it shares"),
            ("kind chat", 8, "It waits for its turn of a limit that it shares"),
            (None, 7, "It waits for its turn"),
        ],
    )
    def test_parked_says_why(self, slot, reader, said):
        shown = ticket(job(State.PARKED, owner=7, parked_on=slot), reader=reader)
        assert shown.embed.description.startswith(said)

    def test_left_to_others_says_so_and_offers_nothing(self):
        shown = left_ticket(job(State.PROCESSING))
        assert "It goes on for others" in text(shown)
        assert (shown.buttons, shown.embed.footer.text) == ((), f"job {ID}")

    def test_scheduled_says_when(self):
        assert f"<t:{math.ceil(NOW)}:R>" in text(ticket(job(State.SCHEDULED)))

    def test_that_its_run_put_off_says_why(self):
        put_off = job(State.SCHEDULED, progress=Progress(stage="waiting for the provider"))
        assert "*waiting for the provider*" in text(ticket(put_off))

    def test_for_another_try_says_what_happened_and_when_it_goes_on(self):
        shown = ticket(job(State.RETRYABLE, attempt=1, error="The model is busy."))
        assert "Attempt 1 of 3: The model is busy." in text(shown)
        assert f"<t:{math.ceil(NOW)}:R>" in text(shown)


class TestRunning:
    def test_shows_bar_stage_and_the_answer_so_far(self):
        progress = Progress(1, 4, "So far.", "thinking")
        shown = text(ticket(job(State.PROCESSING, attempt=1, started_at=NOW, progress=progress)))
        assert "`████░░░░░░░░░░░░` 25 %" in shown
        assert "*thinking*" in shown
        assert shown.endswith("So far.")
        assert f"Started <t:{math.floor(NOW)}:R>." in shown
        assert "Attempt" not in shown

    def test_has_no_bar_where_the_end_is_unknown(self):
        shown = text(ticket(job(State.PROCESSING, progress=Progress(message="word"))))
        assert "░" not in shown
        assert "%" not in shown

    def test_says_which_attempt_it_is_from_the_second_on(self):
        assert "Attempt 2 of 3." in text(ticket(job(State.PROCESSING, attempt=2)))

    def test_shows_that_it_is_being_cancelled(self):
        assert "Cancelling" in text(ticket(job(State.PROCESSING, cancel_requested_at=NOW)))

    def test_shows_the_end_of_a_long_answer_with_its_code_block_whole(self):
        answer = "first words\n```python\n" + "line\n" * 2000 + "the newest"
        shown = ticket(job(State.PROCESSING, progress=Progress(message=answer)))
        description = shown.embed.description
        assert "first words" not in description
        assert "the newest" in description
        assert description.count("```") % 2 == 0
        assert len(description) <= DESCRIPTION


class TestEnded:
    def test_by_cancellation_says_by_whom(self):
        shown = ticket(job(State.CANCELLED, error="Cancelled by you."))
        assert "Cancelled by you." in text(shown)

    def test_by_cancellation_without_a_reason_still_says_it(self):
        assert "It was cancelled." in text(ticket(job(State.CANCELLED)))

    @pytest.mark.parametrize(
        ("seconds", "said"), [(0.5, None), (42, "It ran for 42 s."), (600, "It ran for 10 min.")]
    )
    def test_by_failure_says_how_long_it_ran_if_that_was_long(self, seconds, said):
        ended = job(State.DISCARDED, error="No.", started_at=NOW, finished_at=NOW + seconds)
        shown = text(ticket(ended))
        assert ("It ran for" in shown) is (said is not None)
        assert (said or "") in shown

    @pytest.mark.parametrize(
        ("place", "said", "label"),
        [
            ("direct message", "as a direct message", "Show again"),
            ("channel", "posted in the channel", "Show again"),
            ("kept", "it is kept here", "Show"),
        ],
    )
    def test_with_a_result_that_is_elsewhere_says_where_and_shows_it(self, place, said, label):
        shown = elsewhere_ticket(job(State.COMPLETED), place)
        assert said in text(shown)
        assert [(one.label, one.custom_id) for one in shown.buttons] == [(label, f"job:show:{ID}")]

    def test_by_failure_says_what_happened_and_what_to_do(self):
        shown = text(ticket(job(State.DISCARDED, error="The key was refused.")))
        assert "The key was refused." in shown
        assert "ask again" in shown


@pytest.mark.parametrize(
    ("current", "total", "full"),
    [
        (0, 10, 0),
        (5, 10, BAR_CELLS // 2),
        (10, 10, BAR_CELLS),
        (99, 10, BAR_CELLS),
        (-5, 10, 0),
        (1, 0, 0),
        (1, -1, 0),
        (1, math.nan, 0),
        (math.nan, 10, 0),
        (math.inf, 10, BAR_CELLS),
    ],
)
def test_a_bar_is_never_fuller_than_full_nor_emptier_than_empty(current, total, full):
    assert bar(Progress(current, total)) == "█" * full + "░" * (BAR_CELLS - full)


hostile = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["@everyone", "```", "`", "\u202e", "<t:1:R>", "👩‍👩‍👧", "]( ", "\n", "*", "a"]
    ).flatmap(lambda piece: st.integers(0, 9000).map(lambda times: piece * times)),
)
numbers = st.one_of(st.floats(), st.integers(-(10**30), 10**30))
moments = st.floats(0, 1e12)


@settings(deadline=None)
@given(
    state=st.sampled_from(State),
    kind=hostile,
    error=st.none() | hostile,
    message=hostile,
    stage=hostile,
    current=numbers,
    total=numbers,
    attempt=st.integers(0, 10**6),
    at=moments,
    outlook=st.none() | st.builds(Outlook, st.integers(0, 10**9), st.none() | moments),
)
def test_whatever_a_job_holds_discord_takes_its_ticket(
    state, kind, error, message, stage, current, total, attempt, at, outlook
):
    shown = ticket(
        Job(
            ID,
            kind,
            "chat",
            "{}",
            state,
            run_at=at,
            started_at=at,
            attempt=attempt,
            error=error,
            progress=Progress(current, total, message, stage),
        ),
        outlook,
    )
    embed = shown.embed
    assert 1 <= len(embed.title) <= TITLE
    assert len(embed.description or "") <= DESCRIPTION
    assert len(embed) <= WHOLE
    assert json.dumps(embed.to_dict())
    for button in shown.buttons:
        assert len(button.custom_id) <= CUSTOM_ID
        assert len(button.label) <= LABEL


async def test_the_library_keeps_no_view_of_it():
    """Presses are known by their ids alone; a kept view would be one more thing to leak."""
    view = ticket(job()).view()
    assert view.is_finished()
    assert view.timeout is None
    assert [type(item) for item in view.children] == [discord.ui.Button] * 2
