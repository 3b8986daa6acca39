"""A picture arrives whole, or an error says why: against servers that stall, fail and lie."""

import asyncio
import traceback
from base64 import b64encode
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from pydantic import SecretStr

from bot.delivery.webhooks.closed import closed_session
from bot.providers.errors import ProviderError
from bot.providers.image import ImageRequest
from bot.providers.openai_images import OpenAIImages
from tests.providers.test_pictures import header, saved

SIZE = 64, 48
PICTURE = saved(Image.new("RGB", SIZE, "teal"))
WANTED = ImageRequest("a boat", 1024, 1536, 7)
CHANGED = ImageRequest("a boat", 512, 512, 7, Image.new("RGBA", (30, 20), "red"))


def given(*pictures: bytes, **more):
    return {"data": [{"b64_json": b64encode(one).decode()} for one in pictures], **more}


def answering(body, status=200, **headers):
    async def handler(request):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            return web.Response(status=status, body=body, headers=named)
        return web.json_response(body, status=status, headers=named)

    return handler


async def silence(request):
    await asyncio.Event().wait()


async def vanishing(request):
    request.transport.abort()
    return web.Response()


@pytest.fixture
def serve(stack):
    """Start a server whose every answer comes from `handler`; give a provider that asks it."""

    async def serve(handler, **options) -> OpenAIImages:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{rest:.*}", handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sessions = [
            await stack.enter_async_context(one)
            for one in (aiohttp.ClientSession(), closed_session())
        ]
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        options = {"api_key": SecretStr("sk-very-secret"), "model": "brush", **options}
        return OpenAIImages(*sessions, url, stall_timeout_s=options.pop("stall_s", 5), **options)

    return serve


async def draw(provider, request=WANTED):
    async with asyncio.timeout(20):
        return await provider.draw(request)


async def failure(provider, request=WANTED) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await draw(provider, request)
    said = str(caught.value)
    assert said.endswith(".")
    assert "chat" not in said
    assert "secret" not in "".join(traceback.format_exception(caught.value))
    return caught.value


async def test_asks_for_one_picture_with_the_model_the_seed_and_the_key(serve):
    seen = {}

    async def handler(request):
        seen.update(await request.json(), path=request.path, key=request.headers["Authorization"])
        return web.json_response(given(PICTURE))

    picture = await draw(await serve(handler))
    assert (picture.size, picture.getpixel((0, 0))) == (SIZE, (0, 128, 128))
    assert seen == {
        "path": "/v1/images/generations",
        "key": "Bearer sk-very-secret",
        "model": "brush",
        "prompt": "a boat",
        "size": "1024x1536",
        "seed": 7,
        "n": 1,
    }


async def test_a_source_goes_along_as_a_file(serve):
    seen = {}

    async def handler(request):
        form = await request.post()
        seen.update({name: value for name, value in form.items() if isinstance(value, str)})
        seen["path"], file = request.path, form["image"]
        seen["source"] = (file.filename, file.content_type, Image.open(file.file).size)
        return web.json_response(given(PICTURE))

    assert (await draw(await serve(handler, model=None), CHANGED)).size == SIZE
    assert seen == {
        "path": "/v1/images/edits",
        "source": ("source.png", "image/png", (30, 20)),
        "prompt": "a boat",
        "size": "512x512",
        "seed": "7",
        "n": "1",
    }


async def test_a_large_source_goes_along_in_pieces(serve):
    noise = Image.effect_noise((1200, 1200), 60)  # sent in one piece, the library would warn
    assert (await draw(await serve(answering(given(PICTURE))), replace(CHANGED, source=noise))).size


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_may_come_in_any_format(serve, kind):
    provider = await serve(answering(given(saved(Image.new("RGB", SIZE), kind))))
    assert (await draw(provider)).size == SIZE


async def test_of_more_pictures_than_were_asked_for_the_first_counts(serve):
    other = saved(Image.new("RGB", (5, 5)))
    assert (await draw(await serve(answering(given(PICTURE, other))))).size == SIZE


async def test_a_picture_may_be_named_by_its_address_and_is_fetched_without_the_key(serve):
    async def handler(request):
        if request.method == "POST":
            return web.json_response({"data": [{"url": str(request.url.with_path("/p.png"))}]})
        assert "Authorization" not in request.headers
        return web.Response(body=PICTURE)

    assert (await draw(await serve(handler))).size == SIZE


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/picture.png",
        "http://elsewhere.invalid/picture.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "/picture.png",
        "//elsewhere.invalid/picture.png",
        "https://[",
        "https://host:99999/picture.png",
        "https://127.1/picture.png",
        f"https://{'a' * 300}.invalid/picture.png",
        "",
    ],
)
async def test_an_address_that_may_lead_anywhere_is_not_followed(serve, address):
    error = await failure(await serve(answering({"data": [{"url": address}]})))
    assert (error.category, error.retryable) == ("protocol", True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "user:key@127.0.0.1", "[::1]"])
async def test_an_address_that_leads_inside_is_not_even_called(serve, stack, host):
    calls = []

    def called(reader, writer):
        calls.append(writer)
        writer.close()

    server = await asyncio.start_server(called, "::1" if host == "[::1]" else "127.0.0.1", 0)
    await stack.enter_async_context(server)
    address = f"https://{host}:{server.sockets[0].getsockname()[1]}/picture.png"
    error = await failure(await serve(answering({"data": [{"url": address}]})))
    assert (error.category, error.retryable, calls) == ("protocol", True, [])


@pytest.mark.parametrize("status", [302, 403, 404, 503])
async def test_an_address_without_a_picture_is_not_blamed_on_the_key(serve, status):
    async def handler(request):
        if request.method == "POST":
            return web.json_response({"data": [{"url": str(request.url.with_path("/p.png"))}]})
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"})

    error = await failure(await serve(handler))
    assert (error.category, error.retryable) == ("protocol", True)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_knows_no_seeds_is_asked_without_and_that_is_remembered(serve, status):
    seeds = []

    async def handler(request):
        seeds.append((await request.json()).get("seed"))
        if seeds[-1] is not None:
            refused = {"error": {"message": "Unknown parameter: 'seed'.", "param": "seed"}}
            return web.json_response(refused, status=status)
        return web.json_response(given(PICTURE))

    provider = await serve(handler)
    await draw(provider)
    await draw(provider)
    assert seeds == [7, None, None]


async def test_a_refusal_that_is_none_of_the_seed_is_not_repeated(serve):
    asked = []

    async def handler(request):
        asked.append(request)
        return web.json_response({"error": {"message": "no"}}, status=400)

    assert (await failure(await serve(handler))).category == "rejected"
    assert len(asked) == 1


NO_PICTURE = {
    "a page": b"<html>502</html>",
    "nothing": b"",
    "no data": {},
    "an empty list": {"data": []},
    "a list of nothing": {"data": [{}]},
    "a list without an end": {"data": given(PICTURE)["data"] + [{}] * 20_000},
    "no list": {"data": "picture"},
    "garbage for base64": {"data": [{"b64_json": "@@@ no base64 @@@"}]},
    "half of base64": {"data": [{"b64_json": "iVBORw0KG"}]},
    "base64 of a page": given(b"<html></html>"),
    "half a picture": given(saved(Image.effect_noise((200, 200), 60))[:-2000]),
    "an animation": given(
        saved(Image.new("L", SIZE), "GIF", save_all=True, append_images=[Image.new("L", SIZE, 255)])
    ),
}


@pytest.mark.parametrize("lie", NO_PICTURE)
async def test_what_is_no_picture_is_an_error_that_may_pass(serve, lie):
    error = await failure(await serve(answering(NO_PICTURE[lie])))
    assert (error.category, error.retryable) == ("protocol", True)
    assert "no picture" in str(error)


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 9_000)])
async def test_an_enormous_picture_is_not_opened(serve, size):
    error = await failure(await serve(answering(given(header(*size)))))
    assert (error.retryable, "too large" in str(error)) == (False, True)


async def test_a_picture_larger_than_anybody_asked_for_is_made_smaller(serve):
    large = saved(Image.new("L", (5000, 2500)))
    assert (await draw(await serve(answering(given(large))))).size == (4096, 2048)


async def test_an_endless_answer_is_cut_off(serve):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(2**20))

    error = await failure(await serve(handler))
    assert "too large" in str(error)


REFUSALS = {
    401: ("authentication", False, "IMAGE_API_KEY"),
    402: ("rate_limit", False, "no credit"),
    404: ("not_found", False, "IMAGE_MODEL"),
    429: ("rate_limit", True, "no more requests"),
    500: ("unavailable", True, "trouble on its side"),
    302: ("rejected", False, "IMAGE_BASE_URL"),
}


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("request_", [WANTED, CHANGED], ids=["new", "changed"])
async def test_a_refusal_says_what_it_means(serve, status, request_):
    category, retryable, words = REFUSALS[status]
    error = await failure(await serve(answering({"error": {"message": "sk"}}, status)), request_)
    assert (error.category, error.retryable) == (category, retryable)
    assert words in str(error)


async def test_the_server_s_wish_to_wait_is_passed_on(serve):
    error = await failure(await serve(answering({}, 429, Retry_After="30")))
    assert error.retry_after_s == 30


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked"])
@pytest.mark.parametrize("status", [200, 400])
async def test_what_the_rules_forbid_is_not_tried_again(serve, code, status):
    refused = {"error": {"code": code, "message": "Your request was rejected."}}
    error = await failure(await serve(answering(refused, status)))
    assert (error.category, error.retryable) == ("rejected", False)
    assert "rules forbid" in str(error)


async def test_an_error_inside_an_answer_counts_as_one(serve):
    error = await failure(await serve(answering({"error": {"code": "server_error"}})))
    assert (error.category, error.retryable) == ("unavailable", True)


async def test_silence_ends(serve):
    error = await failure(await serve(silence, stall_s=0.1))
    assert (error.category, error.retryable) == ("timeout", True)


async def test_a_line_that_breaks_is_an_error_that_may_pass(serve):
    error = await failure(await serve(vanishing))
    assert (error.category, error.retryable) == ("unavailable", True)


async def test_who_is_cancelled_leaves_the_server(serve):
    asked, left = asyncio.Event(), asyncio.Event()

    async def handler(request):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    drawing = asyncio.create_task(draw(await serve(handler)))
    async with asyncio.timeout(10):
        await asked.wait()
        drawing.cancel()
        await left.wait()
    with pytest.raises(asyncio.CancelledError):
        await drawing


CHECKS = {
    "known": (answering({"data": [{"id": "brush"}]}), "offers one model"),
    "not listed": (answering({"data": [{"id": "pen"}]}), "check IMAGE_MODEL"),
    "no list": (answering(b"<html>"), "IMAGE_BASE_URL"),
    "an endless list": (answering({"data": [{"id": "brush"}] * 20_001}), "IMAGE_BASE_URL"),
    "no models": (answering({}, 404), "does not list its models"),
    "key": (answering({}, 401), "IMAGE_API_KEY"),
    "away": (vanishing, "Not reachable"),
    "silent": (silence, "was silent"),
}


@pytest.mark.parametrize("state", CHECKS)
async def test_a_check_says_in_a_sentence_how_it_is(serve, state):
    handler, words = CHECKS[state]
    assert words in await (await serve(handler, stall_s=0.2)).check()
