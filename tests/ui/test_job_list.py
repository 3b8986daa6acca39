"""Lists of jobs fit where they are shown, whatever was asked, and lead to their neighbours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.states import State
from bot.ui.job_list import ON_A_PAGE, Page, choice, job_list

CHOICE, DESCRIPTION, CUSTOM_ID = 100, 4096, 100
"""Discord's limits, in code points."""

NOW = 1_700_000_000.0
TEXT = st.text("a*`\n é👍<@&_", max_size=40).map(lambda some: some * 100)


def job(kind="chat", age_s=0.0, **changed) -> Job:
    return Job(new_id(), kind, "chat", "{}", created_at=NOW - age_s, **changed)


class TestAChoice:
    @given(state=st.sampled_from(State), kind=st.text("ab-", min_size=1), title=TEXT)
    @settings(deadline=None)
    def test_is_within_what_discord_takes(self, state, kind, title):
        said = choice(job(kind * 50, 10**9, state=state), title, NOW)
        assert 0 < len(said) <= CHOICE

    @pytest.mark.parametrize(
        ("age_s", "said"),
        [
            (-5, "under 1 s"),
            (59, "59 s"),
            (300, "5 min"),
            (7200, "2 h"),
            (86_400 * 2, "2 days"),
        ],
    )
    def test_tells_how_old_the_job_is(self, age_s, said):
        assert choice(job(age_s=age_s), "why?", NOW) == f"🎟️ chat · why? · {said}"

    def test_of_somebody_elses_private_job_says_only_that(self):
        assert choice(job(private=True), "", NOW) == "🎟️ chat · asked in private · under 1 s"


class TestAPage:
    @given(titles=st.lists(TEXT, min_size=1, max_size=ON_A_PAGE), around=st.booleans())
    @settings(deadline=None)
    def test_is_within_what_discord_takes(self, titles, around):
        post = job_list(Page([(job("k" * 99), one) for one in titles], around, around), NOW)
        assert len(post.embed.description) <= DESCRIPTION
        assert len(post.embed.description.splitlines()) >= len(titles)
        assert all(len(label) <= CHOICE for label in post.menu.choices.values())
        ids = [post.menu.custom_id, *(button.custom_id for button in post.buttons)]
        assert all(len(one) <= CUSTOM_ID for one in ids)
        assert len(set(ids)) == len(ids)

    def test_leads_to_its_neighbours_and_to_itself(self):
        first, last = job(), job()
        page = Page([(first, ""), (last, "")], newer=True, older=True)
        assert [button.custom_id for button in job_list(page, NOW).buttons] == [
            f"tasks:newer:{first.id}",
            f"tasks:older:{last.id}",
            f"tasks:at:{first.id}",
        ]

    def test_that_is_the_newest_stays_so(self):
        post = job_list(Page([(job(), "")]), NOW)
        assert [button.custom_id for button in post.buttons] == ["tasks:at:-"]
        assert post.menu.custom_id == "tasks:choose:-"

    def test_escapes_what_was_asked(self):
        post = job_list(Page([(job(), "**bold** `code`")]), NOW)
        assert r"\*\*bold\*\* \`code\`" in post.embed.description
