"""What a webhook may be, said in a sentence where it may not."""

import pytest

from bot.delivery.webhooks.hook import (
    Hook,
    NotCallable,
    check,
    check_url,
    host_of,
    is_secret,
    new_secret,
)
from bot.queue.webhook import WebhookTarget

GOOD = "https://hooks.example/a/path?key=1"

BAD_URLS = {
    "no address": "hooks.example",
    "nothing": "",
    "no host": "https:///path",
    "http": "http://hooks.example/",
    "another scheme": "ftp://hooks.example/",
    "a file": "file:///etc/passwd",
    "a name and a password": "https://me:hunter2@hooks.example/",
    "a name": "https://me@hooks.example/",
    "an empty name": "https://@hooks.example/",
    "a fragment": "https://hooks.example/#x",
    "a space": "https://hooks.example/a b",
    "a line break": "https://hooks.example/\r\nHost: inside",
    "a null byte": "https://hooks.example/\0",
    "a backslash": "https://hooks.example\\@127.0.0.1/",
    "letters of other scripts": "https://hooks.exämple/",
    "port 0": "https://hooks.example:0/",
    "port 65536": "https://hooks.example:65536/",
    "no number as a port": "https://hooks.example:http/",
    "half an address": "https://[::1/",
    "too long": "https://hooks.example/" + "x" * 2048,
    "loopback": "https://127.0.0.1/",
    "loopback, IPv6": "https://[::1]/",
    "mapped loopback": "https://[::ffff:7f00:1]/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "metadata, IPv6": "https://[fd00:ec2::254]/",
    "a zone": "https://[fe80::1%25eth0]/",
    "half of an IPv4 address": "https://127.1/",
    "one number": "https://2130706433/",
}


@pytest.mark.parametrize("url", [GOOD, "https://hooks.example:8443/", "https://1.1.1.1:5/"])
def test_an_address_with_https_is_taken_whatever_its_port(url):
    check_url(url, allow_private=False)


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS.keys())
def test_an_address_that_leads_elsewhere_or_nowhere_is_refused_with_a_sentence(url):
    with pytest.raises(NotCallable) as refusal:
        check_url(url, allow_private=False)
    assert str(refusal.value).endswith(".")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("url", ["http://hooks.example/", "http://127.0.0.1:80/", "https://[::1]/"])
def test_where_private_networks_are_allowed_they_and_http_are_taken(url):
    check_url(url, allow_private=True)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://0.0.0.0/", "ftp://inside/"])
def test_some_are_never_taken(url):
    with pytest.raises(NotCallable):
        check_url(url, allow_private=True)


@pytest.mark.parametrize(
    "target",
    [
        WebhookTarget(GOOD, method="GET"),
        WebhookTarget(GOOD, method="DELETE"),
        WebhookTarget(GOOD, method="post"),
        WebhookTarget(GOOD, timeout=0),
        WebhookTarget(GOOD, timeout=31),
        WebhookTarget(GOOD, timeout=float("nan")),
        WebhookTarget(GOOD, secret="hunter2"),
        WebhookTarget(GOOD, headers={f"X-{n}": "1" for n in range(21)}),
        *(
            WebhookTarget(GOOD, headers={name: "1"})
            for name in (
                *("", "a b", "a:b", "a\r\nb", "ä", "x" * 101),
                *("Host", "content-length", "Content-Type", "Transfer-Encoding", "Connection"),
                *("Expect", "Upgrade", "Proxy-Authorization", "TE"),
                *("webhook-id", "Webhook-Signature", "WEBHOOK-TIMESTAMP"),
            )
        ),
        *(WebhookTarget(GOOD, headers={"X": value}) for value in ("a\r\nb", "\0", "ä", "x" * 4097)),
    ],
)
def test_what_cannot_be_called_so_is_refused_with_a_sentence(target):
    with pytest.raises(NotCallable, match=r"\.$"):
        check(target, allow_private=False)


def test_a_whole_target_is_taken():
    headers = {"Authorization": "Bearer me", "X-Source": "conveyor"}
    check(WebhookTarget(GOOD, headers, "PUT", 30, new_secret()), allow_private=False)


def test_what_is_shown_of_an_address_is_its_host():
    assert host_of("https://hooks.example:8443/secret/path?key=1") == "hooks.example:8443"


def test_nothing_secret_is_in_what_a_log_line_might_show():
    target = WebhookTarget("https://host/hunter2", {"X": "hunter2"}, secret="whsec_hunter2")
    hook = Hook(id="1", url=target.url, secrets=("whsec_hunter2",), headers={"X": "hunter2"})
    assert "hunter2" not in f"{target} {hook!r} {hook}"


def test_secrets_are_new_each_time_and_of_the_schemes_form():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(is_secret(one) for one in secrets)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_" + "A" * 28, "whsec_????", "A" * 44])
def test_other_texts_are_no_secrets(text):
    assert not is_secret(text)
