"""The bot's process is started, killed, stopped calmly, and read; the command that runs it all."""

import asyncio
import signal
import sys

import pytest

CALM = """
import os, signal, sys
def stop(*_):
    print("goodbye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("hello", os.environ["DISCORD_API_URL"], os.environ["DISCORD_TOKEN"], flush=True)
while True:
    signal.pause()
"""
STUBBORN = CALM.replace("sys.exit(0)", "return")


@pytest.fixture
async def start(sandbox):
    processes = []

    async def run(code, **env):
        process = sandbox.bot([sys.executable, "-c", code], env)
        processes.append(process)
        await process.start()
        await sandbox.world.wait_for(lambda: process.lines)
        return process

    yield run
    for process in processes:
        await process.kill()


async def test_it_is_given_the_sandboxs_address_and_token(sandbox, start):
    process = await start(CALM)

    assert process.lines[0] == f"hello {sandbox.api_url} {sandbox.token}"
    assert process.state == "starting"
    assert process.pid


async def test_a_kill_is_a_crash(sandbox, start):
    process = await start(CALM)

    await process.kill()

    assert process.exit_code == -signal.SIGKILL
    assert process.state == "dead"
    assert "goodbye" not in process.lines


async def test_a_stop_is_calm(sandbox, start):
    process = await start(CALM)

    assert await process.stop() == 0

    assert process.state == "stopped"
    assert process.lines[-1] == "goodbye"


async def test_who_ignores_a_stop_is_killed_after_the_grace(sandbox, start):
    process = await start(STUBBORN)

    assert await process.stop(grace_s=0.05) == -signal.SIGKILL


async def test_it_can_be_started_again(sandbox, start):
    process = await start(CALM)
    first = process.pid
    await process.kill()

    await process.start()
    await sandbox.world.wait_for(lambda: len(process.lines) == 2)

    assert process.running
    assert process.pid != first


CONNECTED = """
import asyncio, os, aiohttp
async def main():
    url = os.environ["DISCORD_API_URL"].replace("http", "ws").replace("/api/v10", "/gateway/")
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        token = os.environ["DISCORD_TOKEN"]
        await socket.send_json({"op": 2, "d": {"token": token, "intents": 0}})
        print("connected", flush=True)
        async for _ in socket:
            pass
asyncio.run(main())
"""


async def test_after_a_kill_the_dead_ones_connection_counts_no_longer(sandbox, start):
    process = await start(CONNECTED)
    await sandbox.world.connected(commands=False)
    assert process.state == "running"

    await process.kill()

    assert sandbox.world.ready_sessions == 0


async def test_an_end_that_nobody_asked_for_is_noticed(sandbox, start):
    process = await start("print('oops', flush=True); raise SystemExit(3)")

    assert await process.wait(10) == 3
    assert process.state == "dead"


async def test_the_page_kills_and_restarts_it(sandbox, start, http):
    process = await start(CALM)
    url = f"{sandbox.url}/sandbox/trouble"

    async with http.post(url, json={"action": "bot", "do": "kill"}) as response:
        assert response.status == 200
    assert process.state == "dead"
    async with http.post(url, json={"action": "bot", "do": "start"}) as response:
        assert response.status == 200
    async with http.get(f"{sandbox.url}/sandbox/state") as response:
        bot = (await response.json())["bot"]
    assert bot == {
        "state": "starting",
        "connected": False,
        "pid": process.pid,
        "managed": True,
        "exit_code": None,
    }


async def test_the_sandbox_runs_with_its_bot_until_it_is_told_to_stop():
    bot = [sys.executable, "-c", CALM]
    run = f"from sandbox.run import run_sandbox\nraise SystemExit(run_sandbox(0, {bot!r}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        run,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(20):
        address = (await process.stdout.readline()).decode()
        while "hello" not in (await process.stderr.readline()).decode():
            pass
        process.send_signal(signal.SIGTERM)
        _, rest = await process.communicate()

    assert "The sandbox is at http://127.0.0.1:" in address
    assert "goodbye" in rest.decode()
    assert process.returncode == 0
