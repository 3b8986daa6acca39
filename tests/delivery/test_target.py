"""Where people wait is kept sealed: it lets anyone who reads it speak for the bot."""

import pytest

from bot.delivery.target import TOKEN_LIFE_S, SealBroken, Sealer, Target

KEY, NEWER = "a" * 32, "b" * 32

TARGET = Target(
    user=1,
    channel=2,
    asked_at=1_700_000_000.5,
    guild=3,
    message=4,
    question=5,
    application=6,
    token="the-interaction-token",
    private=True,
)


def test_what_was_sealed_can_be_opened():
    sealer = Sealer(KEY)
    assert sealer.open(sealer.seal(TARGET)) == TARGET


def test_what_is_stored_shows_neither_the_token_nor_that_two_are_alike():
    sealer = Sealer(KEY)
    first, second = sealer.seal(TARGET), sealer.seal(TARGET)
    assert "the-interaction-token" not in first
    assert first != second


def test_after_a_change_of_keys_the_old_one_still_opens_and_the_new_one_seals():
    old, rotated, new = Sealer(KEY), Sealer(NEWER, [KEY]), Sealer(NEWER)
    assert rotated.open(old.seal(TARGET)) == TARGET
    assert new.open(rotated.seal(TARGET)) == TARGET


def test_under_another_key_it_says_what_to_do():
    with pytest.raises(SealBroken, match=r"ENCRYPTION_KEY_OLD needs the former key"):
        Sealer(NEWER).open(Sealer(KEY).seal(TARGET))


@pytest.mark.parametrize("text", ["", "no base64!", "c2hvcnQ=", "AAAA" * 30])
def test_a_damaged_text_is_a_broken_seal_and_no_crash(text):
    with pytest.raises(SealBroken):
        Sealer(KEY).open(text)


def test_one_changed_character_is_noticed():
    sealed = Sealer(KEY).seal(TARGET)
    changed = ("B" if sealed[30] == "A" else "A").join((sealed[:30], sealed[31:]))
    with pytest.raises(SealBroken):
        Sealer(KEY).open(changed)


def test_the_token_is_in_no_log_line():
    assert "the-interaction-token" not in f"{TARGET!r} {TARGET}"


def test_a_token_lives_for_fifteen_minutes_after_the_question():
    asked = TARGET.asked_at
    assert TARGET.token_lives(asked + TOKEN_LIFE_S - 1)
    assert not TARGET.token_lives(asked + TOKEN_LIFE_S)
    assert not TARGET.model_copy(update={"token": None}).token_lives(asked)
