"""The sandbox's server: Discord's API, its gateway, its files and the page, on loopback."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from sandbox.gateway.gateway import Gateway
from sandbox.page.api import PageApi
from sandbox.process import BotProcess
from sandbox.rest import applications, channels, guilds, interactions, members, threads
from sandbox.rest.door import PREFIX, Door
from sandbox.rest.files import Files
from sandbox.scene import PRIVILEGED
from sandbox.world import World

HOST: Final = "127.0.0.1"
_MAX_BODY: Final = 120 * 1024 * 1024
"""Ten files of 10 MiB and their wrapping; what is too large is refused by rule, not here."""


class Sandbox:
    """A stand-in for Discord; `port` 0 picks a free one. `portal` names privileged intents granted,
    `shards` is how many the bot is told to run.

    Use it as an asynchronous context manager, or call start and stop.
    """

    def __init__(
        self,
        port: int = 0,
        token: str = "sandbox-token",  # noqa: S107 - a stand-in's token opens nothing
        *,
        portal: Collection[str] = PRIVILEGED,
        rate_limits: bool = True,
        shards: int = 1,
    ) -> None:
        self.port = port
        self.token = token
        self.world = World(portal)
        self.world.limits.enabled = rate_limits
        self.world.shards = shards
        self._gateway = Gateway(self.world, token)
        self._page = PageApi(self.world)
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """What stands for https://discord.com/api/v10."""
        return self.url + PREFIX

    def bot(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> BotProcess:
        """A bot's process, not yet started, that this sandbox is Discord for; the page shows it."""
        own = {"DISCORD_API_URL": self.api_url, "DISCORD_TOKEN": self.token}
        process = BotProcess(self.world, command, own | dict(env or {}), cwd)
        self._page.bot_process = process
        return process

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.cdn.base_url = self.url

    async def stop(self) -> None:
        """End every connection and stop listening."""
        self.world.troubles.clear()
        self._gateway.close()
        self._page.close()
        self.world.interactions.close()
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=_MAX_BODY)
        self._gateway.add_to(app)
        Files(self.world).add_to(app)
        self._page.add_to(app)
        door = Door(self.world, self.token)
        modules = (applications, interactions, channels, threads, guilds, members)
        door.add_to(app, [route for module in modules for route in module.ROUTES])
        return app
