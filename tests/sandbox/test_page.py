"""The page lets a person do, by keyboard and mouse, what a chat client would."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from sandbox.interactions import Interaction
from sandbox.model import Upload
from sandbox.server import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "sandbox-token"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COMMANDS = [
    {
        "name": "chat",
        "description": "Ask something",
        "options": [
            {"type": 3, "name": "msg", "description": "What to ask", "required": True},
            {"type": 3, "name": "model", "description": "Who answers", "autocomplete": True},
            {"type": 4, "name": "count", "description": "Answers", "min_value": 1, "max_value": 4},
            {"type": 5, "name": "private", "description": "Only you see it"},
            {"type": 6, "name": "person", "description": "For whom"},
            {"type": 11, "name": "attachment", "description": "A file to read"},
        ],
    },
    {
        "name": "queue",
        "description": "The queue",
        "options": [{"type": 1, "name": "status", "description": "How the queue is doing"}],
    },
]
NOW = 1_700_000_000
HOSTILE = (
    '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
    " [a](javascript:window.broken=1) </code></pre><svg onload=window.broken=1>"
)
BUTTON = {"type": 2, "style": 4, "label": "Cancel", "custom_id": "job:cancel:1"}


class Puppet:
    """Plays the bot's part over plain REST, one interaction after the other."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self._http = http

    async def call(self, method: str, path: str, body: object) -> None:
        headers = {"Authorization": f"Bot {TOKEN}"}
        url = self.sandbox.api_url + path
        async with self._http.request(method, url, json=body, headers=headers) as answer:
            assert answer.ok, await answer.text()

    async def register(self) -> None:
        await self.call("PUT", f"/applications/{self.world.bot.id}/commands", COMMANDS)

    async def asked(self, name: str) -> Interaction:
        """The next interaction of this name that nobody has answered yet."""

        def waiting() -> Interaction | None:
            found = [it for it in self.world.interactions.all() if it.name == name]
            return next((it for it in found if it.state == "waiting"), None)

        return await self.world.wait_for(waiting)

    async def answer(self, interaction: Interaction, kind: int, **data: object) -> None:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        await self.call("POST", path, {"type": kind, "data": data})

    async def edit(self, interaction: Interaction, **data: object) -> None:
        path = f"/webhooks/{self.world.bot.id}/{interaction.token}/messages/@original"
        await self.call("PATCH", path, data)

    async def say(self, **data: object) -> None:
        await self.call("POST", f"/channels/{self.world.channel('general').id}/messages", data)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the package `chromium`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def bot() -> AsyncIterator[Puppet]:
    """A fresh sandbox, with the bot's commands registered."""
    async with Sandbox(port=0, token=TOKEN) as sandbox, aiohttp.ClientSession() as http:
        puppet = Puppet(sandbox, http)
        await puppet.register()
        yield puppet


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(browser: Browser) -> Page:
    """One tab for all who do not turn its clock: another takes longer than most tests."""
    return await new_tab(browser)


@pytest_asyncio.fixture(loop_scope="module")
async def page(tab: Page, bot: Puppet) -> AsyncIterator[Page]:
    """The page as Ada sees it; a script error on it fails the test."""
    async with shown(tab, bot) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def timed_page(browser: Browser, bot: Puppet) -> AsyncIterator[Page]:
    """The page in a tab whose clock stands at `NOW` until the test turns it."""
    tab = await new_tab(browser)
    await tab.clock.install(time=NOW - 3600)
    async with shown(tab, bot) as page:
        await page.clock.pause_at(NOW)
        yield page
    await tab.context.close()


async def new_tab(browser: Browser) -> Page:
    return await browser.new_page(viewport={"width": 1280, "height": 800})


@asynccontextmanager
async def shown(tab: Page, bot: Puppet) -> AsyncIterator[Page]:
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(str(error))

    tab.on("pageerror", note)
    await tab.goto(bot.sandbox.url)
    await expect(tab.locator("#channel-name")).to_contain_text("general")
    yield tab
    await tab.evaluate("localStorage.clear()")
    await tab.goto("about:blank")
    tab.remove_listener("pageerror", note)
    assert errors == []


async def become(page: Page, name: str) -> None:
    await page.locator(".viewer", has_text=name).click()
    await expect(page.locator(".viewer", has_text=name).locator("input")).to_be_checked()
    await expect(page.get_by_placeholder(f"as {name}")).to_be_visible()


def message(page: Page, text: str) -> Locator:
    return page.locator("#messages .message", has_text=text)


async def test_a_command_is_picked_and_sent_by_keyboard_alone(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/que")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    asked = await bot.asked("queue status")
    assert asked.data["options"][0]["name"] == "status"
    await bot.answer(asked, 4, content="**3** waiting")
    answer = message(page, "3 waiting")
    await expect(answer.locator("strong", has_text="3")).to_be_visible()
    await expect(answer.locator(".origin")).to_contain_text("Ada used /queue status")


async def test_options_reach_the_bot_with_their_types(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat hello there")
    await page.keyboard.press("Tab")
    for name, typed in (("count", "3"), ("private", "tr"), ("person", "cle")):
        await page.keyboard.type(f"{name}")
        await page.keyboard.press("Enter")
        await expect(page.locator(f'[data-option="{name}"] input')).to_be_focused()
        await page.keyboard.type(typed)
        await page.keyboard.press("Tab")
        await expect(page.locator(".tail")).to_be_focused()
    await page.keyboard.press("Enter")
    asked = await bot.asked("chat")
    values = {option["name"]: option["value"] for option in asked.data["options"]}
    cleo = bot.world.person("Cleo").id
    assert values == {"msg": "hello there", "count": 3, "private": True, "person": cleo}


async def test_a_wrong_option_is_named_and_nothing_is_sent(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat hello")
    await page.keyboard.press("Tab")
    await page.keyboard.type("count:9")
    await page.keyboard.press("Enter")
    await expect(page.locator("#complaint")).to_have_text("count is at most 4.")
    await expect(page.locator('[data-option="count"] input')).to_be_focused()
    assert bot.world.interactions.all() == []


async def test_autocomplete_shows_what_the_bot_offers(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat hello")
    await page.keyboard.press("Tab")
    await page.keyboard.type("model:sma")
    asked = await bot.asked("chat")
    await bot.answer(asked, 8, choices=[{"name": "Small and quick", "value": "small"}])
    await page.get_by_role("option", name="Small and quick").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    sent = await bot.asked("chat")
    assert {"name": "model", "type": 3, "value": "small"} in sent.data["options"]


async def test_a_file_of_an_option_reaches_the_world(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat read it")
    await page.keyboard.press("Tab")
    await page.keyboard.type("attachment:")
    field = page.locator('[data-option="attachment"] input')
    file = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"three lines"}
    await field.set_input_files(files=[file])
    await expect(page.locator(".tail")).to_be_focused()
    await page.keyboard.press("Enter")
    asked = await bot.asked("chat")
    (resolved,) = asked.data["resolved"]["attachments"].values()
    assert (resolved["filename"], resolved["size"]) == ("notes.txt", 11)


async def test_the_last_command_comes_back_with_up(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat again and again")
    await page.keyboard.press("Enter")
    await bot.answer(await bot.asked("chat"), 4, content="one")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator('[data-option="msg"] textarea')).to_have_value("again and again")
    await page.keyboard.press("Enter")
    await bot.answer(await bot.asked("chat"), 4, content="two")
    await expect(message(page, "two")).to_be_visible()


async def test_a_ticket_moves_as_it_is_edited(page: Page, bot: Puppet) -> None:
    asked = await bot.world.slash("Ada", "general", "chat", msg="hello")
    await bot.answer(asked, 5)
    await expect(message(page, "is thinking…")).to_be_visible()
    ticket = {"title": "Chat", "color": 0xF4B04F, "footer": {"text": "Job 01ABC"}}
    await bot.edit(asked, embeds=[ticket | {"description": "`██░░░░░░░░` working"}])
    bar = page.locator(".message .bar")
    await expect(bar).to_have_attribute("aria-label", "20 % done")
    await bot.edit(asked, embeds=[ticket | {"description": "`████████░░` working"}])
    await expect(bar).to_have_attribute("aria-label", "80 % done")
    await bot.edit(asked, content="Done: **42**", embeds=[])
    await expect(message(page, "Done: 42")).to_contain_text("(edited)")
    await expect(page.locator("#messages .message")).to_have_count(1)


async def test_a_moment_counts_by_itself(timed_page: Page, bot: Puppet) -> None:
    await bot.say(content=f"Ready <t:{NOW + 80}:R>")
    moment = timed_page.locator(".message time.moment")
    await expect(moment).to_have_text("in 1 minute")
    await timed_page.clock.fast_forward(60_000)
    await expect(moment).to_have_text("in 20 seconds")
    await timed_page.clock.fast_forward(130_000)
    await expect(moment).to_have_text("2 minutes ago")  # 110 s, as Discord rounds


async def test_moments_are_rounded(timed_page: Page, bot: Puppet) -> None:
    told = {7195: "in 2 hours", 3597: "in 1 hour", 59: "in 59 seconds"}
    for ahead_s in told:
        await bot.say(content=f"Ready <t:{NOW + ahead_s}:R>")
    await expect(timed_page.locator(".message time.moment")).to_have_text([*told.values()])


async def test_a_pressed_button_reaches_the_bot(page: Page, bot: Puppet) -> None:
    disabled = BUTTON | {"label": "Refresh", "custom_id": "job:refresh:1", "disabled": True}
    row = {"type": 1, "components": [BUTTON, disabled]}
    await bot.say(content="Working", components=[row])
    await expect(page.get_by_role("button", name="Refresh")).to_be_disabled()
    await page.get_by_role("button", name="Cancel").click()
    pressed = await bot.asked("job:cancel:1")
    await expect(page.locator("[data-custom-id='job:cancel:1']")).to_have_attribute(
        "aria-busy", "true"
    )
    await bot.answer(pressed, 7, content="Cancelled by Ada", components=[])
    await expect(message(page, "Cancelled by Ada")).to_be_visible()
    await expect(page.locator("[data-custom-id]")).to_have_count(0)


async def test_a_menu_sends_what_was_picked(page: Page, bot: Puppet) -> None:
    options = [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]
    menu = {"type": 3, "custom_id": "size", "placeholder": "Pick a size", "options": options}
    await bot.say(content="Which?", components=[{"type": 1, "components": [menu]}])
    await page.locator("summary", has_text="Pick a size").click()
    await page.get_by_role("button", name="Large").click()
    assert (await bot.asked("size")).data["values"] == ["l"]


async def test_a_modal_is_filled_in_and_submitted(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat a form")
    await page.keyboard.press("Enter")
    field = {"type": 4, "custom_id": "why", "label": "Why", "style": 1}
    rows = [{"type": 1, "components": [field]}]
    opener = await bot.asked("chat")
    await bot.answer(opener, 9, title="Tell us", custom_id="form", components=rows)
    await page.get_by_role("dialog", name="Tell us").get_by_label("Why").fill("because")
    await page.keyboard.press("Enter")
    submitted = await bot.asked("form")
    assert submitted.data["components"][0]["components"][0]["value"] == "because"
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_spoiler_is_covered_until_it_is_pressed(page: Page, bot: Puppet) -> None:
    await bot.world.post(
        "Ben", "general", "look", [Upload("SPOILER_me.png", b"\x89PNG", "image/png")]
    )
    cover = message(page, "look").get_by_role("button", name="Spoiler")
    await cover.click()
    await expect(cover).to_have_count(0)


async def test_nobody_else_sees_an_ephemeral_message(page: Page, bot: Puppet) -> None:
    asked = await bot.world.slash("Ada", "general", "chat", msg="a secret")
    await bot.answer(asked, 4, content="for Ada alone", flags=64)
    await bot.say(content="for everybody")
    await expect(message(page, "for Ada alone")).to_contain_text("Only you can see this")
    await become(page, "Ben")
    await expect(message(page, "for everybody")).to_be_visible()
    await expect(message(page, "for Ada alone")).to_have_count(0)
    await bot.edit(asked, content="for Ada alone, again")
    await bot.say(content="and later")
    await expect(message(page, "and later")).to_be_visible()
    await expect(message(page, "for Ada alone")).to_have_count(0)
    await become(page, "Ada")
    await message(page, "for Ada alone, again").get_by_role("button", name="Dismiss").click()
    await expect(message(page, "for Ada alone")).to_have_count(0)


async def test_hostile_content_stays_text(page: Page, bot: Puppet) -> None:
    embed = {
        "title": HOSTILE,
        "description": f"```html\n{HOSTILE}\n```",
        "fields": [{"name": HOSTILE[:250], "value": HOSTILE}],
        "footer": {"text": HOSTILE},
    }
    button = BUTTON | {"label": "<b>x</b>", "style": 1}
    row = {"type": 1, "components": [button]}
    await bot.say(content=HOSTILE, embeds=[embed], components=[row])
    await bot.world.post("Ben", "general", HOSTILE)
    await expect(message(page, "<script>")).to_have_count(2)
    await expect(message(page, "<script>").first.locator("h3")).to_contain_text("<img src=x")
    await expect(page.get_by_role("button", name="<b>x</b>")).to_be_visible()
    foreign = "#messages :is(script, img, b, [onerror], [onload], a[href^='javascript'])"
    await expect(page.locator(foreign)).to_have_count(0)
    assert await page.evaluate("window.broken") is None


async def test_files_are_shown_and_can_be_fetched(page: Page, bot: Puppet) -> None:
    chosen = {"name": "table.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    await page.locator("#files").set_input_files(files=[chosen])
    await page.locator("#text").fill("See the table")
    await page.keyboard.press("Enter")
    card = message(page, "See the table").locator(".card")
    await expect(card).to_contain_text("8 B")
    async with page.expect_download() as download:
        await card.get_by_role("link", name="Download table.csv").click()
    assert (await (await download.value).path()).read_bytes() == b"a,b\n1,2\n"


async def test_a_message_mentions_the_bot_by_name(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("Hello @conv")
    await page.keyboard.press("Tab")
    await page.keyboard.type("how are you?")
    await page.keyboard.press("Enter")
    await expect(message(page, "how are you?").locator(".mention")).to_have_text("@Conveyor")
    (written,) = bot.world.messages("general")
    assert written.content == f"Hello <@{bot.world.bot.id}> how are you?"


async def test_a_message_is_replied_to(page: Page, bot: Puppet) -> None:
    await bot.say(content="What else?")
    await message(page, "What else?").get_by_role("button", name="Reply").click()
    await expect(page.locator("#chosen")).to_have_text("Replying to Conveyor")
    await page.keyboard.type("A lake")
    await page.keyboard.press("Enter")
    await expect(message(page, "A lake").locator(".excerpt")).to_have_text("What else?")
    await expect(page.locator("#chosen")).to_be_empty()
    asked, answer = bot.world.messages("general")
    assert answer.reference is not None
    assert (answer.reference["message_id"], answer.pinged) == (asked.id, {bot.world.bot.id})


async def test_a_reply_is_not_kept_for_another_channel(page: Page, bot: Puppet) -> None:
    await bot.say(content="What else?")
    await message(page, "What else?").get_by_role("button", name="Reply").click()
    await page.locator("#channels").get_by_text("art").click()
    await expect(page.locator("#chosen")).to_be_empty()


async def test_silence_of_the_bot_is_told(page: Page, bot: Puppet) -> None:
    await page.locator("#text").focus()
    await page.keyboard.type("/chat anybody?")
    await page.keyboard.press("Enter")
    await bot.asked("chat")
    bot.world.advance(4)
    notice = page.locator(".notice.failed")
    await expect(notice).to_contain_text("/chat The application did not respond")
    await notice.get_by_role("button", name="Dismiss").click()
    await expect(notice).to_have_count(0)


async def test_trouble_reaches_the_world(page: Page, bot: Puppet) -> None:
    asked = await bot.world.slash("Ada", "general", "chat", msg="hello")
    await bot.answer(asked, 4, content="first")
    panel = page.get_by_role("complementary", name="Trouble")
    await panel.get_by_role("button", name="Expire tokens").click()
    await bot.world.wait_for(lambda: asked.token_killed)
    await panel.get_by_text("Deliver every event twice").click()
    await bot.world.wait_for(lambda: bot.world.troubles.duplicates)
    before = bot.world.clock.now()
    await panel.get_by_role("button", name="+15 min").click()
    await expect(page.locator("#clock-state")).to_have_text("15 min ahead")
    assert bot.world.clock.now() >= before + 900
    await panel.get_by_label("Number of calls").fill("2")
    await panel.get_by_role("button", name="503").click()
    await expect(page.locator("#rest-state")).to_have_text("503 for 2 more")
    with pytest.raises(AssertionError, match="on purpose"):
        await bot.say(content="not now")
    await expect(page.locator("#rest-state")).to_have_text("503 for 1 more")
    await panel.get_by_role("button", name="End").click()
    await expect(page.locator("#rest-state")).to_have_text("answers")
    await bot.say(content="now")
    await expect(message(page, "now")).to_be_visible()


async def test_the_bot_is_killed_and_started_from_the_page(page: Page, bot: Puppet) -> None:
    await expect(page.get_by_text("this page cannot start or stop it")).to_be_visible()
    process = bot.sandbox.bot([sys.executable, "-c", "import signal; signal.pause()"])
    await process.start()
    try:
        facts = page.locator("#bot-facts")
        await expect(facts).to_contain_text(f"pid {process.pid} · not connected")
        await page.get_by_role("button", name="kill -9").click()
        await expect(page.locator("#bot-state")).to_have_text("Dead")
        await expect(facts).to_contain_text("exit code -9")
        await page.get_by_role("button", name="Start it").click()
        await bot.world.wait_for(lambda: process.running)
        await expect(facts).to_contain_text(f"pid {process.pid}")
        await expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    finally:
        await process.kill()


async def test_an_unknown_route_is_shown_in_the_log(page: Page, bot: Puppet) -> None:
    with pytest.raises(AssertionError):
        await bot.call("POST", "/guilds/1/soundboard-sounds", {})
    entry = page.locator("#log .entry.unknown_route")
    await expect(entry).to_contain_text("POST /api/v10/guilds/1/soundboard-sounds")


async def test_the_page_comes_back_when_the_sandbox_does(page: Page, bot: Puppet) -> None:
    await bot.say(content="said before")
    await expect(message(page, "said before")).to_be_visible()
    await bot.sandbox.stop()
    await expect(page.locator("#connection")).to_contain_text("reconnecting")
    async with Sandbox(port=bot.sandbox.port, token=TOKEN) as again:
        await again.world.post("Ben", "general", "said in a new world")
        await expect(message(page, "said in a new world")).to_be_visible()
        await expect(message(page, "said before")).to_have_count(0)
        await expect(page.locator("#connection")).to_be_hidden()
        await again.world.post("Ben", "general", "and live again")
        await expect(message(page, "and live again")).to_be_visible()


async def test_people_enter_and_leave_voice_channels(page: Page, bot: Puppet) -> None:
    lounge = page.locator(".voice", has_text="lounge")
    await lounge.get_by_role("button", name="Join").click()
    await expect(lounge.locator(".person")).to_have_text(["AAda"])
    assert [state.user_id for state in bot.world.voices.of(bot.world.guild.id)]
    await lounge.get_by_role("button", name="Leave").click()
    await expect(lounge.locator(".person")).to_have_count(0)
