"""An answer arrives whole, or an error says why: against servers that stall, fail and lie."""

import asyncio
import json
import logging
import socket
import struct
import traceback

import pytest
from aiohttp import web

from bot.providers.chat import ChatMessage, ChatRequest, Ended, ProviderError

QUESTION = ChatRequest((ChatMessage("system", "Be brief."), ChatMessage("user", "Hello?")))


def event(text=None, *, finish=None, **more):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more}, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"
WHOLE = event("Hello, ") + event("world") + event(finish="stop") + DONE


def streaming(*blocks, then=None):
    """A handler that writes the blocks one by one, then may do something worse than ending."""

    async def handler(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for block in blocks:
            await response.write(block)
            await asyncio.sleep(0)
        if then:
            await then(request)
        return response

    return handler


def answering(status, body=b"", **headers):
    async def handler(request):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=named)

    return handler


async def silence(request):
    await asyncio.Event().wait()


async def reset(request):
    """Drop the connection the hard way: the client sees ECONNRESET."""
    linger = struct.pack("ii", 1, 0)
    request.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, linger
    )
    request.transport.abort()


async def ask(provider, request=QUESTION):
    """The pieces of the answer's text."""
    return (await heard(provider, request))[:-1]


async def heard(provider, request=QUESTION):
    """All that is yielded; what is said of the end comes last, and once."""
    async with asyncio.timeout(20):
        said = [piece async for piece in provider.stream(request)]
    assert [isinstance(piece, Ended) for piece in said] == [False] * (len(said) - 1) + [True]
    return said


async def failure(provider, request=QUESTION):
    with pytest.raises(ProviderError) as caught:
        await ask(provider, request)
    assert_fit_for_people(caught.value)
    return caught.value


def assert_fit_for_people(error):
    assert str(error).endswith(".")
    assert "secret" not in "".join(traceback.format_exception(error))
    assert "Error" not in str(error)


async def test_yields_the_text_as_it_comes(serve):
    assert await ask(await serve(streaming(WHOLE))) == ["Hello, ", "world"]


async def test_a_piece_is_yielded_before_the_answer_is_over(serve):
    provider = await serve(streaming(event("early"), then=silence))
    async with asyncio.timeout(10):
        assert await anext(provider.stream(QUESTION)) == "early"


async def test_sends_the_conversation_the_model_and_the_key(serve):
    seen = {}

    async def handler(request):
        seen.update(await request.json(), path=request.path, key=request.headers["Authorization"])
        return web.Response(body=WHOLE)

    await ask(await serve(handler))
    assert seen == {
        "path": "/v1/chat/completions",
        "key": "Bearer sk-very-secret",
        "model": "small",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
        ],
    }


async def test_the_requests_model_goes_before_the_default_one(serve):
    models = []

    async def handler(request):
        models.append((await request.json()).get("model"))
        return web.Response(body=WHOLE)

    provider = await serve(handler)
    await ask(provider, ChatRequest(QUESTION.messages, model="large"))
    await ask(await serve(handler, model=None))
    assert models == ["large", None]


async def test_without_a_key_none_is_sent(serve):
    async def handler(request):
        assert "Authorization" not in request.headers
        return web.Response(body=WHOLE)

    assert await ask(await serve(handler, api_key=None))


async def test_each_question_has_a_connection_of_its_own(serve):
    lines = set()

    async def handler(request):
        lines.add(request.transport.get_extra_info("peername"))
        return web.Response(body=WHOLE)

    provider = await serve(handler)
    for _ in range(3):
        assert "".join(await ask(provider)) == "Hello, world"
    assert len(lines) == 3


async def test_a_query_in_the_base_url_is_kept(serve, connect):
    async def handler(request):
        assert request.query["api-version"] == "7"
        return web.Response(body=WHOLE)

    base_url = str((await serve(handler))._server.url) + "/?api-version=7"
    assert await ask(await connect(base_url))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_a_stream_may_be_cut_anywhere_even_inside_a_character(serve, size):
    body = event("naïve ☕ 👩‍🚀") + event(finish="stop") + DONE
    blocks = [body[at : at + size] for at in range(0, len(body), size)]
    assert await ask(await serve(streaming(*blocks))) == ["naïve ☕ 👩‍🚀"]


async def test_the_end_may_be_told_by_finish_reason_alone(serve):
    provider = await serve(streaming(event("all"), event(finish="stop")))
    assert await ask(provider) == ["all"]


async def test_the_end_may_be_told_by_done_alone(serve):
    assert await ask(await serve(streaming(event("all"), DONE))) == ["all"]


@pytest.mark.parametrize("end", [event(finish="length"), DONE])
async def test_a_server_that_does_not_hang_up_after_the_end_delays_nothing(serve, end):
    provider = await serve(streaming(event("all"), end, then=silence), stall_timeout_s=60)
    assert await ask(provider) == ["all"]


async def test_chunks_without_text_and_usage_are_passed_over(serve):
    role = b'data: {"choices": [{"delta": {"role": "assistant"}, "finish_reason": ""}]}\n\n'
    usage = b'data: {"choices": [], "usage": {"total_tokens": 3}}\n\n'
    provider = await serve(streaming(b": hello\n\n", role, usage, event("x"), event(finish="stop")))
    assert await ask(provider) == ["x"]


async def test_content_in_parts_is_text_too(serve):
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert await ask(await serve(streaming(event(parts), DONE))) == ["ab"]


@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream", "text/plain"])
@pytest.mark.parametrize("finish", ["stop", None])
async def test_a_server_may_ignore_that_a_stream_was_asked_for(serve, content_type, finish):
    choice = {"message": {"role": "assistant", "content": "at once"}, "finish_reason": finish}
    body = json.dumps({"choices": [choice]}, indent=2).encode()
    provider = await serve(answering(200, b"\n" + body, Content_Type=content_type))
    assert await ask(provider) == ["at once"]


def usage(**counts):
    return f"data: {json.dumps({'choices': [], 'usage': counts})}\n\n".encode()


@pytest.mark.parametrize(
    ("blocks", "tokens"),
    [
        ([event("x"), event(finish="stop"), usage(total_tokens=7), DONE], 7),
        ([event("x"), event(finish="stop"), usage(prompt_tokens=3, completion_tokens=2)], 5),
        ([event("x"), event(finish="stop", usage={"total_tokens": 9}), DONE], 9),
        ([event("x", usage={"total_tokens": 1}), event(finish="stop", usage=None), DONE], 1),
        ([event("x"), usage(total_tokens=7), DONE], 7),
        ([event("x"), DONE], None),
        ([event("x"), event(finish="stop"), b"data: garbage\n\n", usage(total_tokens=7)], 7),
        ([event("x"), event(finish="stop"), usage(total_tokens=-7), DONE], None),
        ([event("x"), event(finish="stop"), usage(total_tokens=10**12), DONE], None),
        ([event("x"), event(finish="stop"), usage(total_tokens="many"), DONE], None),
        ([event("x"), event(finish="stop"), usage(), DONE], None),
    ],
)
async def test_the_count_of_tokens_is_heard_where_it_makes_sense(serve, blocks, tokens):
    assert await heard(await serve(streaming(*blocks))) == ["x", Ended(tokens)]


async def hang_up(request):
    request.transport.close()


@pytest.mark.parametrize("then", [silence, hang_up])
async def test_a_count_that_does_not_come_spoils_no_answer(serve, then):
    provider = await serve(streaming(event("x"), event(finish="stop"), then=then))
    assert await heard(provider) == ["x", Ended()]


async def test_a_whole_message_has_its_count_too(serve):
    choice = {"message": {"content": "at once"}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], "usage": {"total_tokens": 4}}).encode()
    assert await heard(await serve(answering(200, body))) == ["at once", Ended(4)]


async def test_it_is_told_that_an_answer_was_cut_short(serve):
    provider = await serve(streaming(event("x"), event(finish="length"), DONE))
    assert await heard(provider) == ["x", Ended(cut_short=True)]


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_knows_no_count_is_asked_without_from_then_on(serve, status):
    asked = []

    async def handler(request):
        asked.append("stream_options" in await request.json())
        if asked[-1]:
            return web.Response(status=status, body=b'{"error": {"message": "stream_options?"}}')
        return web.Response(body=WHOLE)

    provider = await serve(handler)
    for _ in range(2):
        assert await heard(provider) == ["Hello, ", "world", Ended()]
    assert asked == [True, False, False]


async def test_who_is_known_to_count_is_not_asked_twice_what_it_refuses(serve):
    asked = []

    async def handler(request):
        asked.append("stream_options" in await request.json())
        return web.Response(body=WHOLE) if len(asked) == 1 else web.Response(status=400)

    provider = await serve(handler)
    await ask(provider)
    assert (await failure(provider)).category == "rejected"
    assert asked == [True, True]


@pytest.mark.parametrize(
    ("handler", "models"),
    [
        (answering(200, b'{"data": [{"id": "small"}, {"id": "large"}]}'), ("small", "large")),
        (answering(404), ()),
    ],
)
async def test_the_models_are_those_it_lists(serve, handler, models):
    assert await (await serve(handler)).models() == models


@pytest.mark.parametrize(
    ("handler", "category"),
    [
        (answering(200, b"<html></html>"), "protocol"),
        (answering(200, b'{"data": [{"name": "small"}]}'), "protocol"),
        (answering(401), "authentication"),
        (answering(503), "unavailable"),
        (silence, "timeout"),
        (reset, "unavailable"),
    ],
)
async def test_a_list_of_models_that_cannot_be_had_is_an_error(serve, handler, category):
    provider = await serve(handler, stall_timeout_s=5 if handler is not silence else 0.05)
    with pytest.raises(ProviderError) as caught:
        await provider.models()
    assert caught.value.category == category


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_sends_the_owner_to_the_setting(serve, status):
    body = b'{"error": {"message": "Incorrect API key provided: sk-very-secret"}}'
    error = await failure(await serve(answering(status, body)))
    assert (error.category, error.retryable) == ("authentication", False)
    assert "CHAT_API_KEY" in str(error)


async def test_an_unknown_model_is_named(serve):
    error = await failure(await serve(answering(404)), ChatRequest(QUESTION.messages, "huge"))
    assert (error.category, error.retryable) == ("not_found", False)
    assert "“huge”" in str(error)


async def test_too_many_requests_say_when_to_come_back(serve):
    error = await failure(await serve(answering(429, Retry_After="7")))
    assert (error.category, error.retryable, error.retry_after_s) == ("rate_limit", True, 7)


async def test_used_up_credit_is_not_tried_again(serve):
    body = b'{"error": {"code": "insufficient_quota", "type": "insufficient_quota"}}'
    error = await failure(await serve(answering(429, body, Retry_After="7")))
    assert (error.category, error.retryable, error.retry_after_s) == ("rate_limit", False, None)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": "context_length_exceeded", "type": "invalid_request_error"}}',
        b'{"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 4096}}',
        b'{"error": {"code": 400, "message": "The maximum context length is 4096 tokens."}}',
    ],
    ids=["OpenAI", "llama.cpp", "in words alone"],
)
async def test_too_long_a_conversation_is_named(serve, body):
    error = await failure(await serve(answering(400, body)))
    assert (error.category, error.retryable) == ("too_long", False)
    assert "too long" in str(error)


async def test_a_key_in_an_error_code_is_not_shown(serve):
    body = b'{"error": {"code": "sk-very-secret", "type": "invalid_request_error"}}'
    error = await failure(await serve(answering(400, body)))
    assert "(400, invalid_request_error)" in str(error)


@pytest.mark.parametrize(
    ("status", "category", "retryable"),
    [
        (500, "unavailable", True),
        (502, "unavailable", True),
        (503, "unavailable", True),
        (529, "unavailable", True),
        (504, "timeout", True),
        (408, "timeout", True),
        (402, "rate_limit", False),
        (400, "rejected", False),
        (204, "rejected", False),
    ],
)
async def test_other_statuses_mean_what_they_say(serve, status, category, retryable):
    error = await failure(await serve(answering(status, b"<html>sk-very-secret</html>")))
    assert (error.category, error.retryable) == (category, retryable)


async def test_a_redirect_is_not_followed(serve):
    error = await failure(await serve(answering(307, Location="/v1/elsewhere")))
    assert (error.category, error.retryable) == ("rejected", False)
    assert "CHAT_BASE_URL" in str(error)


async def test_a_refusal_that_never_ends_is_still_a_refusal(serve):
    async def handler(request):
        response = web.StreamResponse(status=503)
        await response.prepare(request)
        await response.write(b'{"error": ')
        await asyncio.Event().wait()

    error = await failure(await serve(handler, stall_timeout_s=0.05))
    assert (error.category, error.retryable) == ("unavailable", True)


async def test_nobody_there_may_be_tried_again(connect):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure(await connect(f"http://127.0.0.1:{unused.getsockname()[1]}/v1"))
    assert (error.category, error.retryable) == ("unavailable", True)
    assert "CHAT_BASE_URL" in str(error)


@pytest.mark.parametrize("before", [(), (event("half"),)])
async def test_a_reset_connection_may_be_tried_again(serve, before):
    error = await failure(await serve(streaming(*before, then=reset)))
    assert (error.category, error.retryable) == ("unavailable", True)


async def test_something_that_is_no_http_may_be_tried_again(stack, connect):
    async def garbage(reader, writer):
        await reader.read(1)
        writer.write(b"SSH-2.0-surprise\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    await stack.enter_async_context(server)
    port = server.sockets[0].getsockname()[1]
    error = await failure(await connect(f"http://127.0.0.1:{port}/v1"))
    assert (error.category, error.retryable) == ("unavailable", True)


async def test_silence_before_the_first_byte_ends(serve):
    error = await failure(await serve(silence, stall_timeout_s=0.05))
    assert (error.category, error.retryable) == ("timeout", True)


async def test_silence_in_the_middle_ends(serve):
    provider = await serve(streaming(event("half"), then=silence), stall_timeout_s=0.2)
    error = await failure(provider)
    assert (error.category, error.retryable) == ("timeout", True)
    assert "0.2 seconds" in str(error)


async def test_keep_alives_are_no_silence(serve):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(12):
            await response.write(b": still thinking\n\n")
            await asyncio.sleep(0.05)
        await response.write(WHOLE)
        return response

    assert "".join(await ask(await serve(handler, stall_timeout_s=0.5))) == "Hello, world"


@pytest.mark.parametrize(
    "body",
    [
        b"data: {not json}\n\n",
        b"data: []\n\n",
        b'data: {"choices": "none"}\n\n',
        b'{"choices": ',
        b"<html>Please log in</html>",
        b"",
        b"\xff\xfe\x00garbage",
    ],
)
async def test_nonsense_may_be_tried_again(serve, body):
    error = await failure(await serve(answering(200, body)))
    assert (error.category, error.retryable) == ("protocol", True)


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(serve):
    error = await failure(await serve(streaming(event("Hello, "))))
    assert (error.category, error.retryable) == ("protocol", True)
    assert "broke off" in str(error)


@pytest.mark.parametrize(
    ("inside", "category", "retryable"),
    [
        ({"message": "sk-very-secret is overloaded", "type": "server_error"}, "unavailable", True),
        ({"code": 429, "message": "slow down"}, "rate_limit", True),
        ({"code": "invalid_api_key"}, "authentication", False),
        ("out of memory", "unavailable", True),
    ],
)
@pytest.mark.parametrize("form", ["data: %s\n\n", "%s"])
async def test_an_error_inside_an_answer_is_an_error(serve, inside, category, retryable, form):
    body = (form % json.dumps({"error": inside})).encode()
    error = await failure(await serve(answering(200, body)))
    assert (error.category, error.retryable) == (category, retryable)


async def test_an_error_after_some_text_is_an_error(serve):
    body = event("Hello, ") + b'data: {"error": {"type": "server_error"}}\n\n'
    assert (await failure(await serve(answering(200, body)))).category == "unavailable"


@pytest.mark.parametrize("blank", [b"", event("  \n")])
async def test_an_empty_answer_may_be_tried_again(serve, blank):
    error = await failure(await serve(streaming(blank + event(finish="stop"))))
    assert (error.category, error.retryable) == ("empty", True)


async def test_an_answer_withheld_by_a_filter_is_not_tried_again(serve):
    error = await failure(await serve(streaming(event(finish="content_filter"))))
    assert (error.category, error.retryable) == ("rejected", False)


async def test_an_answer_without_end_is_stopped(serve):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(event("again and "))

    error = await failure(await serve(handler, max_text=1000))
    assert (error.category, error.retryable) == ("protocol", False)


async def test_a_line_without_end_is_stopped(serve):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"data: " + b"x" * 10_000)

    error = await failure(await serve(handler))
    assert (error.category, error.retryable) == ("protocol", False)


async def test_cancelling_the_reader_ends_the_request(serve):
    gone = asyncio.Event()

    async def notice(request):
        try:
            await silence(request)
        finally:
            gone.set()

    provider = await serve(streaming(event("half"), then=notice))
    stream = provider.stream(QUESTION)
    assert await anext(stream) == "half"
    reading = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    async with asyncio.timeout(10):
        await gone.wait()


async def test_the_key_is_never_logged(serve, caplog):
    caplog.set_level(logging.DEBUG)
    await failure(await serve(answering(401)))
    await ask(await serve(streaming(WHOLE)))
    assert "secret" not in caplog.text


async def test_describes_itself_without_the_key(serve):
    provider = await serve(streaming(WHOLE))
    assert provider.describe() == "The model small at 127.0.0.1 answers."
    assert "secret" not in repr(provider) + provider.describe()


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (answering(200, b'{"data": [{"id": "small"}, {"id": "large"}]}'), "offers 2 models"),
        (answering(200, b'{"data": [{"id": "large"}]}'), "check CHAT_MODEL"),
        (answering(200, b"<html></html>"), "check that CHAT_BASE_URL"),
        (answering(404), "does not list its models"),
        (answering(401), "CHAT_API_KEY"),
        (answering(500), "Not usable: "),
        (silence, "Not reachable: "),
    ],
)
async def test_check_says_what_the_owner_has_to_do(serve, handler, said):
    provider = await serve(handler, stall_timeout_s=5 if handler is not silence else 0.05)
    assert said in await provider.check()


async def test_check_of_nobody_says_so(connect):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        provider = await connect(f"http://127.0.0.1:{unused.getsockname()[1]}/v1")
        assert (await provider.check()).startswith("Not reachable: ")
