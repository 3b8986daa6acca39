"""Says what is ready, what is missing, and how to mend it; changes nothing that is there."""

import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import aiohttp
import discord
from discord.app_commands import CommandTree
from discord.http import Route

from bot.configured import (
    chat_provider_of,
    image_provider_of,
    sealer_of,
    store_of,
    webhook_settings_of,
)
from bot.delivery.webhooks.assembly import Webhooks
from bot.delivery.webhooks.checkup import WebhookCheckup
from bot.extensions import ExtensionFault, modules_in
from bot.operation import readiness
from bot.operation.finding import MARKS, Finding
from bot.operation.invitation import invitation
from bot.operation.readiness import UNREACHABLE
from bot.queue.errors import StoreError
from bot.texts import say
from config.settings import Settings, SqliteDatabase

TIMEOUT = aiohttp.ClientTimeout(total=10)

SERVERS_AT_MOST = 20
"""Servers that are looked at: each costs four calls, and a bot may be in thousands."""


async def examine(settings: Settings) -> bool:
    """Print all findings as they come; whether nothing is missing."""
    good = True
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        async for finding in _findings(settings, session):
            print(f"{MARKS[finding.good]} {finding.text}")
            good = good and finding.good is not False
    return good


async def _findings(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    yield Finding(True, f"Python {sys.version.split()[0]}")
    for finding in readiness.configured(settings):
        yield finding
    token, *more = await _token(settings, session)
    for finding in (token, *more):
        yield finding
    yield await _database(settings)
    if settings.extensions.folder is not None:
        yield _extensions(settings.extensions.folder)
    async with aclosing(chat_provider_of(settings, session)) as provider:
        yield Finding(None, await provider.check())
    yield Finding(None, await image_provider_of(settings, session, session).check())
    if token.good:
        async with _webhooks(settings, session) as webhooks:
            for finding in await webhooks.of_settings():
                yield finding
            async for finding in _discord(settings, webhooks):
                yield finding


async def _token(settings: Settings, session: aiohttp.ClientSession) -> list[Finding]:
    """Whether Discord knows the token, and what else its answer tells."""
    token = settings.discord.token
    if token is None:
        return [Finding(False, say("ready-token-missing"))]
    api_url = settings.discord.api_url
    headers = {"Authorization": f"Bot {token.get_secret_value()}"}
    try:
        async with session.get(f"{api_url}/users/@me", headers=headers) as answer:
            if answer.status == 401:
                return [Finding(False, say("ready-token-refused"))]
            answer.raise_for_status()
            name = (await answer.json())["username"]
            clock = readiness.clock(answer.headers.get("Date"), time.time())
    except (aiohttp.ContentTypeError, ValueError, LookupError, TypeError):
        return [Finding(False, say("ready-not-discord", address=api_url))]
    except (aiohttp.ClientError, TimeoutError) as error:
        status = isinstance(error, aiohttp.ClientResponseError) and error.status
        fault = str(status or type(error).__name__)
        return [Finding(False, say("ready-unreachable", address=api_url, fault=fault))]
    return [Finding(True, say("ready-token", name=name)), *clock]


async def _database(settings: Settings) -> Finding:
    database = settings.queue.database_url
    if not isinstance(database, SqliteDatabase):
        return Finding(None, say("ready-memory"))
    store = store_of(settings)
    try:
        await store.open()
        await store.stats()
    except StoreError as error:
        return Finding(False, str(error))
    finally:
        await store.close()
    return Finding(True, say("ready-database", path=str(database.path)))


def _extensions(folder: Path) -> Finding:
    try:
        names = modules_in(folder)
    except ExtensionFault as fault:
        return Finding(False, str(fault))
    return Finding(True, say("ready-extensions", count=len(names), folder=str(folder)))


@asynccontextmanager
async def _webhooks(
    settings: Settings, session: aiohttp.ClientSession
) -> AsyncIterator[WebhookCheckup]:
    store = store_of(settings)
    with suppress(StoreError):  # of which the database's own finding tells
        await store.open()
    try:
        sealer, wanted = sealer_of(settings), webhook_settings_of(settings)
        yield Webhooks(wanted, session, store, sealer, time.time).checkup()
    finally:
        await store.close()


async def _discord(settings: Settings, webhooks: WebhookCheckup) -> AsyncIterator[Finding]:
    """What Discord tells over HTTP alone: the bot goes online nowhere."""
    Route.BASE = settings.discord.api_url
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
    async with discord.Client(
        intents=discord.Intents(guilds=True), max_ratelimit_timeout=30
    ) as client:
        try:
            await client.login(settings.discord.required_token().get_secret_value())
            for finding in readiness.intents(settings.discord.intents, client.application_flags):
                yield finding
            async for finding in _servers(client, settings.discord.guilds, webhooks):
                yield finding
        except UNREACHABLE as error:
            yield Finding(False, say("ready-not-told", fault=str(error)))
        if client.application_id is not None:
            link = invitation(client.application_id)
            yield Finding(None, say("ready-invitation", link=link))


async def _servers(
    client: discord.Client, named: tuple[int, ...], webhooks: WebhookCheckup
) -> AsyncIterator[Finding]:
    servers = [guild.id async for guild in client.fetch_guilds(limit=None)]
    for finding in _known(servers, named):
        yield finding
    tree, user = CommandTree(client), cast("discord.ClientUser", client.user)  # it is logged in
    for server in servers[:SERVERS_AT_MOST]:
        guild = await client.fetch_guild(server)
        yield await readiness.scope(tree, guild)
        me = await guild.fetch_member(user.id)
        for finding in readiness.access(me, await guild.fetch_channels()):
            yield finding
        for finding in await webhooks.of_guild(server):
            yield finding


def _known(servers: list[int], named: tuple[int, ...]) -> Iterator[Finding]:
    if not servers:
        yield Finding(None, say("ready-no-server"))
    for server in set(named).difference(servers):
        yield Finding(False, say("ready-server-unknown", server=str(server)))
    if len(servers) > SERVERS_AT_MOST:
        yield Finding(None, say("ready-servers-more", some=SERVERS_AT_MOST, all=len(servers)))
