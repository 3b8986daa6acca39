"""One job with all that is known of it fits into one embed, and offers what its state allows."""

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.queue.deliveries import LEFT, NEVER_SEEN, Delivery, DeliveryState
from bot.queue.ids import new_id
from bot.queue.job import Failure, Job, Progress
from bot.queue.states import FINISHED, State
from bot.ui.admin_jobs import with_admin_buttons
from bot.ui.job_detail import Detail, job_detail
from bot.ui.post import Place, Post

FIELD, WHOLE, CUSTOM_ID = 1024, 6000, 100
"""Discord's limits, in code points."""

ID, BEN, CLEO = new_id(), 7, 8
UNSEEN = "Told to nobody, for its command failed; it is kept here."
TEXT = st.text("a*`\n é👍<@&_", max_size=60).map(lambda some: some * 200)
RESULT = Post("Because.")


def job(state=State.PENDING, **changed) -> Job:
    return Job(ID, "chat", "chat", "{}", state, owner=BEN, max_attempts=3, **changed)


def owed(state=DeliveryState.DELIVERED, note="ticket", owner=BEN) -> Delivery:
    return Delivery("1", ID, "sealed", state, 0, note=note, owner=owner)


def shown(detail: Detail, result: Post = RESULT) -> tuple[dict[str, str], list[str]]:
    """The fields and the labels of the buttons."""
    post = job_detail(detail, result)
    fields = {one.name: one.value for one in post.embed.fields}
    return fields, [button.label for button in post.buttons]


def of(
    state=State.PENDING, *deliveries, title="why?", whole=True, reader=BEN, back=None, **changed
):
    return Detail(job(state, **changed), title, whole, reader, deliveries, back=back)


class TestADetail:
    @given(
        state=st.sampled_from(State),
        text=TEXT,
        note=st.sampled_from([*Place, LEFT, NEVER_SEEN, "50007: " * 900]),
        ended=st.sampled_from(DeliveryState),
        losses=st.integers(0, 10**6),
        back=st.none() | st.just(ID),
    )
    @settings(max_examples=150, deadline=None)
    def test_is_within_what_discord_takes(self, state, text, note, ended, losses, back):
        many = job(
            state,
            error=text,
            errors=tuple(Failure(n, 2e9, text) for n in range(100)),
            log=(text,) * 100,
            progress=Progress(message=text, stage=text, current=1, total=3),
            started_at=2e9,
            finished_at=2e9 if state in FINISHED else None,
            losses=losses,
            attempt=2,
        )
        ways = [owed(ended, note if ended is DeliveryState.ABANDONED else "kept", 2**63)] * 9
        post = job_detail(Detail(many, text, True, CLEO, ways, back=back), RESULT)
        assert len(post.embed) <= WHOLE
        assert all(0 < len(field.value) <= FIELD for field in post.embed.fields)
        assert all(len(button.custom_id) <= CUSTOM_ID for button in post.buttons)

    def test_has_the_result_beside_it(self):
        assert job_detail(of(State.COMPLETED), RESULT).content == "Because."

    @pytest.mark.parametrize("state", State)
    def test_offers_what_its_state_allows(self, state):
        ended = {State.COMPLETED: [], State.CANCELLED: ["Retry"], State.DISCARDED: ["Retry"]}
        alone = ended.get(state, ["Cancel", "Refresh"])
        assert shown(of(state))[1] == alone
        shows = ["Show"] if state is State.COMPLETED else []
        assert shown(of(state, back="-"))[1] == [*alone, *shows, "Back to the list"]

    def test_offers_no_result_to_whom_it_is_none_of_their_business(self):
        labels = shown(of(State.COMPLETED, whole=False, reader=CLEO, back="-"))[1]
        assert labels == ["Back to the list"]

    def test_of_a_job_that_no_store_keeps_offers_no_retry(self):
        assert shown(of(State.CANCELLED, durable=False))[1] == []

    def test_leaves_out_what_there_is_not(self):
        assert list(shown(of(title=""))[0]) == ["About it"]

    def test_tells_others_whose_it_is(self):
        assert "By <@7>" in shown(of(reader=CLEO))[0]["About it"]
        assert "By" not in shown(of())[0]["About it"]

    @pytest.mark.parametrize(
        ("delivery", "told"),
        [
            (owed(note="ticket"), "Shown in its ticket."),
            (owed(note="channel"), "Posted in the channel."),
            (owed(note="direct message"), "Sent as a direct message."),
            (owed(note="kept"), "It could not be brought, so it is kept here."),
            (owed(DeliveryState.WAITING, ""), "Not yet."),
            (owed(DeliveryState.ABANDONED, "gone"), "It could not be brought (gone)."),
            (owed(DeliveryState.ABANDONED, LEFT), "No longer wanted."),
            (owed(DeliveryState.ABANDONED, NEVER_SEEN), UNSEEN),
            (owed(owner=CLEO), "<@8>: Shown in its ticket."),
        ],
    )
    def test_tells_where_its_news_went(self, delivery, told):
        assert shown(of(State.COMPLETED, delivery))[0]["Where it went"] == told

    def test_shows_the_end_of_its_log_in_a_block_that_holds(self):
        log = tuple(f"line {n} ```" for n in range(20))
        block = shown(of(log=log))[0]["The end of its log"]
        assert block.splitlines()[1].startswith("line 12")
        assert block.count("```") == 2


def test_a_result_with_a_panel_can_be_shown_whole():
    panel = Post("Because.", discord.Embed(title="Who wrote"))
    assert "Show" in shown(of(State.COMPLETED), panel)[1]
    assert "Show" not in shown(of(State.COMPLETED))[1]
    assert "Show" not in shown(of(State.COMPLETED, whole=False), panel)[1]


def test_an_administrator_can_have_it_shown_whole_too():
    panel = Post("Because.", discord.Embed(title="Who wrote"))
    detail = of(State.COMPLETED, reader=CLEO)
    post = with_admin_buttons(detail.job, job_detail(detail, panel), "list")
    assert [one.label for one in post.buttons] == ["Show", "Back to the list"]
