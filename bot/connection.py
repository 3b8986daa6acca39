"""Connects the client to Discord and keeps trying while Discord cannot be reached."""

import asyncio
import logging

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 60.0
"""Seconds between two tries, at most; the first pause is 1 s and doubles."""

BAD_TOKEN = 4004
"""The gateway's close code for a token that it does not accept."""

_UNREACHABLE = (
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    discord.DiscordServerError,
    discord.RateLimited,
)


class TokenRefused(Exception):
    """Discord does not know the token; trying again is useless."""

    def __init__(self) -> None:
        super().__init__(
            "Discord refused DISCORD_TOKEN. Copy the token anew from the developer portal "
            "(Bot, Reset Token) and put it into .env."
        )


class IntentsRefused(Exception):
    """The portal has not granted an intent that the settings ask for."""

    def __init__(self) -> None:
        super().__init__(
            "Discord refused an intent of DISCORD_INTENTS. Switch it on in the developer portal "
            "(Bot, Privileged Gateway Intents), or take it out of the setting."
        )


class NotDiscord(Exception):
    """What answers does not speak Discord's language."""

    def __init__(self, api_url: str, fault: Exception) -> None:
        said = f" (it said {fault.status})" if isinstance(fault, discord.HTTPException) else ""
        super().__init__(
            f"What answers at {api_url} is not Discord{said}. Correct DISCORD_API_URL, or look at "
            "what stands between, such as a proxy."
        )


async def log_in(client: discord.Client, token: str, api_url: str) -> None:
    """Log in at `api_url`, however long Discord is away. Raises `TokenRefused` or `NotDiscord`."""
    Route.BASE = api_url
    pause_s = 1.0
    while True:
        try:
            await client.login(token)
            _, gateway, _ = await client.http.get_bot_gateway()
        except discord.LoginFailure:
            raise TokenRefused from None
        except (*_UNREACHABLE, discord.GatewayNotFound) as error:
            await client.http.close()
            client.http.connector = discord.utils.MISSING  # the library would use the closed one
            pause_s = await _pause(error, pause_s)
        except (discord.HTTPException, LookupError, TypeError, ValueError) as error:
            if client.user is None:  # not even who the bot is was understood
                raise NotDiscord(api_url, error) from None
            raise
        else:
            # After an invalid session the library falls back to this address.
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
            return


async def stay_connected(client: discord.Client) -> None:
    """Until the client is closed. Raises `TokenRefused` or `IntentsRefused`."""
    pause_s = 1.0
    while not client.is_closed():
        try:
            await _connect(client)
        except discord.PrivilegedIntentsRequired:
            raise IntentsRefused from None
        except discord.ConnectionClosed as error:
            if error.code == BAD_TOKEN:
                raise TokenRefused from None
            raise
        except (*_UNREACHABLE, discord.GatewayNotFound) as error:
            pause_s = await _pause(error, pause_s)


async def _connect(client: discord.Client) -> None:
    """As the library connects, but so that it can be cancelled: in the midst of reconnecting the
    library swallows a cancellation, and goes on until the client is closed.
    """
    connecting = asyncio.create_task(client.connect())
    try:
        await asyncio.wait({connecting})
    finally:
        connecting.cancel()
    connecting.result()


async def _pause(error: Exception, pause_s: float) -> float:
    logger.warning(
        "Discord cannot be reached (%s: %s); trying again in %g s. Jobs are kept meanwhile.",
        type(error).__name__,
        error,
        pause_s,
    )
    await asyncio.sleep(pause_s)
    return min(LONGEST_PAUSE_S, 2 * pause_s)
