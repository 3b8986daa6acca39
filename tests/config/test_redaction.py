"""Secrets do not survive in a text, however they are spelt there; other words do."""

import json
from urllib.parse import quote

import pytest

from config.redaction import MASK, Redactor

BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs4cF0sPdJv3g"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnNlY3JldA=="
CRYPTIC = 'pass"w\\ord/ü+1'


@pytest.mark.parametrize(
    "text",
    [
        CRYPTIC,
        f"before {CRYPTIC} after",
        json.dumps({"key": CRYPTIC}),
        repr({"key": CRYPTIC}),
        json.dumps({"event": repr({"key": CRYPTIC})}),
        json.dumps({"event": json.dumps({"key": CRYPTIC})}),
        f"http://llm/?key={quote(CRYPTIC, safe='')}",
    ],
)
def test_a_known_secret_is_cut_out_of_every_spelling(text):
    redacted = Redactor([CRYPTIC]).redact(text)
    assert MASK in redacted
    assert "ord" not in redacted


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"token is {BOT_TOKEN}.", f"token is {MASK}."),
        (f"Authorization: Bot {BOT_TOKEN}", f"Authorization: Bot {MASK}"),
        ("Authorization: Bearer sk-0123456789abcdef", f"Authorization: Bearer {MASK}"),
        ("signed with whsec_A/b+c0123456789012345=.", f"signed with {MASK}."),
        (f"got {INTERACTION_TOKEN} late", f"got {MASK} late"),
        (
            "PATCH https://discord.com/api/v10/webhooks/12/to.k-en_1/messages/@original",
            f"PATCH https://discord.com/api/v10/webhooks/12/{MASK}/messages/@original",
        ),
        (
            "POST /interactions/34/tok%3Den/callback?with_response=1",
            f"POST /interactions/34/{MASK}/callback?with_response=1",
        ),
        ("{'id': '1', 'token': 'abc/def=='}", f"{{'id': '1', 'token': '{MASK}'}}"),
        (r"{\"token\":\"abc\"}", rf"{{\"token\":\"{MASK}\"}}"),
    ],
)
def test_what_looks_like_a_token_is_cut_out(text, left):
    assert Redactor().redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Bot started; none of 12 tokens used",
        "GET /webhooks/12 answered 404",
        "bot.queue.store.sqlite",
        "01JD3XVZ9K8W7QF5T2M4N6P8R0",
        "https://discord.com/api/v10/channels/1/messages/2",
        "Bearer of bad news",
    ],
)
def test_other_text_is_left_alone(text):
    assert Redactor(["none", ""]).redact(text) == text
