"""Who a text mentions, after `allowed_mentions` had its say."""

import re
from dataclasses import dataclass
from typing import Final

from sandbox.form import FormErrors
from sandbox.model import Id, JsonObject

_USER: Final = re.compile(r"<@!?(\d+)>")
_ROLE: Final = re.compile(r"<@&(\d+)>")
_EVERYONE: Final = re.compile(r"@(everyone|here)\b")

_DEFAULT: Final[JsonObject] = {"parse": ["users", "roles", "everyone"], "replied_user": True}


@dataclass(frozen=True, slots=True)
class Mentions:
    users: tuple[Id, ...] = ()
    roles: tuple[Id, ...] = ()
    everyone: bool = False


def mentions_of(text: str, allowed: JsonObject | None, replied_to: Id | None) -> Mentions:
    """What the text mentions; with `allowed` None, Discord's default: everything is parsed."""
    if "@" not in text and replied_to is None:
        return Mentions()
    rules = _DEFAULT if allowed is None else allowed
    users = _permitted(_USER.findall(text), rules, "users")
    if replied_to is not None and rules.get("replied_user"):
        users = (*users, replied_to)
    everyone = "everyone" in rules.get("parse", ()) and _EVERYONE.search(text) is not None
    roles = _permitted(_ROLE.findall(text), rules, "roles")
    return Mentions(tuple(dict.fromkeys(users)), tuple(dict.fromkeys(roles)), everyone)


def _permitted(found: list[str], rules: JsonObject, kind: str) -> tuple[Id, ...]:
    if kind in rules.get("parse", ()):
        return tuple(found)
    named = {str(one) for one in rules.get(kind) or ()}
    return tuple(one for one in found if one in named)


def check_allowed_mentions(allowed: object, form: FormErrors) -> None:
    """Note Discord's faults: unknown kinds, or a kind both parsed and listed."""
    if allowed is None:
        return
    if not isinstance(allowed, dict):
        form.add("allowed_mentions", "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
        return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        if kind not in {"users", "roles", "everyone"}:
            path = f"allowed_mentions.parse.{index}"
            form.add(path, "BASE_TYPE_CHOICES", "Must be one of ('users', 'roles', 'everyone').")
    for kind in ("users", "roles"):
        form.count(f"allowed_mentions.{kind}", allowed.get(kind) or [], 100)
        if kind in parse and allowed.get(kind):
            text = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            form.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)
