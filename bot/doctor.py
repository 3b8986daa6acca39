"""Says what is ready, what is missing, and how to mend it; changes nothing that is there."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.app import store_of
from bot.providers.openai_compatible import OpenAICompatible
from bot.queue.errors import StoreError
from config.settings import Settings, SqliteDatabase

MARKS = {True: "✓", False: "✗", None: "·"}

TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `good` None: worth knowing, nothing to mend."""

    good: bool | None
    text: str


async def examine(settings: Settings) -> bool:
    """Print all findings; whether the bot can run."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        checks: list[Callable[[], Awaitable[Finding]]] = [
            lambda: _token(settings, session),
            lambda: _database(settings),
            lambda: _chat(settings, session),
        ]
        findings = [
            Finding(True, f"Python {sys.version.split()[0]}"),
            *(Finding(None, warning) for warning in settings.warnings),
            *[await check() for check in checks],
        ]
    for finding in findings:
        print(f"{MARKS[finding.good]} {finding.text}")
    return all(finding.good is not False for finding in findings)


async def _token(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    token = settings.discord.token
    if token is None:
        return Finding(
            False,
            "DISCORD_TOKEN is missing: copy it from the developer portal (Bot, Reset Token) into "
            ".env, or run `main.py sandbox`, which needs none.",
        )
    api_url = settings.discord.api_url
    headers = {"Authorization": f"Bot {token.get_secret_value()}"}
    try:
        async with session.get(f"{api_url}/users/@me", headers=headers) as answer:
            if answer.status == 401:
                return Finding(False, "Discord refused DISCORD_TOKEN: copy it anew.")
            answer.raise_for_status()
            name = (await answer.json())["username"]
    except (aiohttp.ContentTypeError, ValueError, LookupError, TypeError):
        return Finding(False, f"What answers at {api_url} is not Discord: correct DISCORD_API_URL.")
    except (aiohttp.ClientError, TimeoutError) as error:
        status = isinstance(error, aiohttp.ClientResponseError) and error.status
        return Finding(
            False,
            f"Discord cannot be reached at {api_url} ({status or type(error).__name__}): check the "
            "network, a proxy if there is one, and DISCORD_API_URL.",
        )
    return Finding(True, f"Discord knows the token: this bot is {name}.")


async def _database(settings: Settings) -> Finding:
    database = settings.queue.database_url
    if not isinstance(database, SqliteDatabase):
        return Finding(None, "Jobs are kept in memory only: they are lost when the bot ends.")
    store = store_of(settings)
    try:
        await store.open()
        await store.stats()
    except StoreError as error:
        return Finding(False, str(error))
    finally:
        await store.close()
    return Finding(True, f"The database {database.path} is ready.")


async def _chat(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    chat = settings.chat
    if chat.base_url is None:
        return Finding(
            None, "/chat is answered by the built-in responder; set CHAT_BASE_URL for a real model."
        )
    provider = OpenAICompatible(session, chat.base_url, api_key=chat.api_key, model=chat.model)
    return Finding(None, await provider.check())
