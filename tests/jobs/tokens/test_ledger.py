"""A day's ledger counts each question once, whatever is told of it, and however often."""

from datetime import UTC, datetime

from bot.jobs.tokens.ledger import SETTLED_KEPT, Ledger, Reserved, day_of, next_day

NEW = Ledger(day="2026-11-22")


def wanted(tokens: int, job: str = "a job") -> Reserved:
    return Reserved(job=job, tokens=tokens, at=0)


def test_what_is_under_way_is_taken_and_then_what_it_really_took():
    ledger = NEW.reserve("q1", wanted(50)).reserve("q2", wanted(30))
    assert ledger.taken == 80
    assert ledger.settle("q1", 7).taken == 37
    assert ledger.release("q2").taken == 50


def test_a_question_that_is_heard_of_twice_is_reserved_once():
    ledger = NEW.reserve("q", wanted(50, "first"))
    assert ledger.reserve("q", wanted(50, "second")) == ledger
    assert ledger.settle("q", 7).reserve("q", wanted(50)).taken == 7


def test_what_the_last_one_took_is_known():
    assert NEW.settle("q1", 9).settle("q2", 7).settle("q3", 0).release("q4").last == 7


def test_an_end_that_is_told_twice_counts_once():
    ledger = NEW.reserve("q", wanted(50)).settle("q", 7)
    assert ledger.settle("q", 7) == ledger
    assert ledger.release("q") == ledger


def test_a_question_that_failed_and_then_succeeded_counts():
    assert NEW.reserve("q", wanted(50)).release("q").settle("q", 7).taken == 7


def test_it_does_not_grow_with_the_questions():
    ledger = NEW
    for n in range(500):
        ledger = ledger.reserve(f"q{n}", wanted(50)).settle(f"q{n}", 2)
    assert ledger.taken == 1000
    assert len(ledger.settled) == SETTLED_KEPT
    assert not ledger.open


def test_days_are_those_of_utc():
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert (day_of(last), day_of(last + 1)) == ("2026-12-31", "2027-01-01")
    assert next_day(last) == last + 1
    assert next_day(last + 1) == last + 1 + 86_400
