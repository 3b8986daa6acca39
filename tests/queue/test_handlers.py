"""A kind of work knows its models; a context keeps what a run says until the store has it."""

import json
from decimal import Decimal
from fractions import Fraction
from math import inf, nan

import pytest
from pydantic import ValidationError

from bot.queue.errors import JobError, UnknownJobType
from bot.queue.handlers import LOG_LINES, JobContext, Registry
from bot.queue.job import Job, Progress
from bot.queue.reply import Reply
from tests.queue.kinds import Text, Work


@pytest.fixture
def told():
    return []


@pytest.fixture
def ctx(told):
    job = Job("1", "work", "work", payload="{}", token=3, log=("before",))
    return JobContext(job, lambda job, progress: told.append((job.progress, progress)))


class TestContext:
    def test_has_nothing_to_store_at_first(self, ctx):
        assert not ctx.has_unconfirmed
        assert (ctx.beat().progress, ctx.beat().checkpoint, ctx.beat().log) == (None, None, None)

    def test_tells_progress_at_once(self, ctx, told):
        ctx.progress(1, 4, "A quarter", "reading")
        progress = Progress(1, 4, "A quarter", "reading")
        assert told == [(progress, progress)]
        assert ctx.beat().progress == progress

    def test_keeps_numbers_of_any_kind_as_plain_ones(self, ctx):
        ctx.progress(Decimal(1), Fraction(5, 2))
        assert json.dumps([ctx.beat().progress.current, ctx.beat().progress.total]) == "[1.0, 2.5]"

    @pytest.mark.parametrize("odd", [{"current": "half"}, {"total": None}, {"message": 5}])
    def test_refuses_a_progress_that_no_beat_could_carry(self, ctx, told, odd):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            ctx.progress(**odd)
        assert not ctx.has_unconfirmed
        assert told == []

    def test_says_everything_until_it_is_confirmed(self, ctx):
        ctx.progress(1)
        ctx.log("line")
        ctx.checkpoint([1])
        for _ in range(2):
            beat = ctx.beat()
            assert (beat.job_id, beat.token) == ("1", 3)
            assert (beat.progress.current, beat.log, beat.checkpoint) == (
                1,
                ("before", "line"),
                "[1]",
            )
        ctx.confirm(beat)
        assert not ctx.has_unconfirmed

    def test_says_again_what_changed_while_a_beat_was_on_its_way(self, ctx):
        ctx.progress(1)
        beat = ctx.beat()
        ctx.progress(2)
        ctx.confirm(beat)
        assert ctx.beat().progress.current == 2

    def test_keeps_the_last_lines_of_a_long_log(self, ctx):
        for n in range(LOG_LINES + 5):
            ctx.log(str(n))
        assert ctx.job.log == tuple(str(n) for n in range(5, LOG_LINES + 5))

    def test_gives_back_a_checkpoint_of_this_run_and_of_an_earlier_one(self, ctx):
        assert ctx.saved is None
        ctx.checkpoint({"page": 2})
        assert ctx.saved == {"page": 2}
        assert JobContext(ctx.job, lambda *_: None).saved == {"page": 2}

    def test_refuses_a_checkpoint_that_is_no_json(self, ctx):
        with pytest.raises(ValueError, match="serializ"):
            ctx.checkpoint(object())
        assert ctx.saved is None


class TestKind:
    def test_knows_the_models_of_its_request_and_result(self):
        assert (Work.request_model, Work.result_model) == (Text, Text)

    def test_reads_its_request(self):
        assert Work().request(Job("1", "work", "work", payload='{"text":"a"}')) == Text(text="a")

    @pytest.mark.parametrize("payload", ["", "{", "[]", '{"text": 1}', "null"])
    def test_gives_up_a_request_that_it_cannot_read(self, payload):
        with pytest.raises(JobError, match="cannot be read") as refused:
            Work().request(Job("1", "work", "work", payload=payload))
        assert not refused.value.retryable

    def test_presents_a_completed_job(self):
        job = Job("1", "work", "work", payload="{}", result='{"text":"a"}')
        assert Work().reply(job) == Reply("a")

    def test_cannot_present_a_job_without_a_result(self):
        with pytest.raises(ValidationError):
            Work().reply(Job("1", "work", "work", payload="{}"))

    @pytest.mark.parametrize("kept", [None, "null", '""', "[]", "{}"])
    def test_has_nothing_to_show_of_a_failure_without_a_checkpoint(self, kept):
        assert Work().partial(Job("1", "work", "work", "{}", checkpoint=kept)) is None

    @pytest.mark.parametrize(
        ("kept", "shown"),
        [
            ('"Half of it."', "Half of it."),
            ("0", "```json\n0\n```"),
            ('{"päge":2}', '```json\n{\n  "päge": 2\n}\n```'),
            ('["```"]', '```json\n[\n  "\\u0060\\u0060\\u0060"\n]\n```'),
        ],
    )
    def test_shows_the_checkpoint_of_a_failure_in_a_readable_way(self, kept, shown):
        assert Work().partial(Job("1", "work", "work", "{}", checkpoint=kept)) == Reply(shown)


class TestRegistry:
    def test_finds_a_kind_by_its_name(self):
        registry = Registry()
        work = Work()
        registry.register(work)
        assert registry["work"] is work
        assert list(registry) == [work]

    def test_refuses_a_second_kind_of_the_same_name(self):
        registry = Registry()
        registry.register(Work())
        with pytest.raises(ValueError, match="Two kinds of job are called 'work'"):
            registry.register(Work())

    @pytest.mark.parametrize(
        ("value", "odd", "wanted"),
        [
            ("timeout", 0, "some seconds above 0"),
            ("timeout", -1, "some seconds above 0"),
            ("timeout", inf, "some seconds above 0"),
            ("timeout", nan, "some seconds above 0"),
            ("max_attempts", 0, "a whole number above 0"),
            ("max_attempts", 1.5, "a whole number above 0"),
            ("cost", 0, "a number above 0"),
            ("cost", nan, "a number above 0"),
            ("cost", None, "a number above 0"),
            ("max_running", 0, "a whole number above 0"),
            ("max_running", -1, "a whole number above 0"),
            ("max_running_per_key", 0, "a whole number above 0"),
            ("max_running_per_key", None, "a whole number above 0"),
            ("cache_ttl", -1, "some seconds, or 0"),
            ("cache_ttl", inf, "some seconds, or 0"),
            ("cache_ttl", nan, "some seconds, or 0"),
        ],
    )
    def test_refuses_a_number_with_which_a_kind_could_not_work(self, value, odd, wanted):
        kind, registry = Work(), Registry()
        setattr(kind, value, odd)
        with pytest.raises(ValueError, match=f"'work' has {value}={odd}; it must be {wanted}"):
            registry.register(kind)
        assert list(registry) == []

    @pytest.mark.parametrize("value", ["timeout", "max_attempts", "max_running", "cache_ttl"])
    def test_says_what_none_means_where_it_may_be_none(self, value):
        kind = Work()
        setattr(kind, value, -1)
        with pytest.raises(ValueError, match="None means"):
            Registry().register(kind)
        setattr(kind, value, None)
        Registry().register(kind)

    def test_takes_a_kind_whose_results_are_never_handed_out(self):
        kind = Work()
        kind.cache_ttl = 0
        Registry().register(kind)

    def test_names_an_unknown_kind(self):
        with pytest.raises(UnknownJobType, match="no kind of job called 'strange'"):
            Registry()["strange"]
