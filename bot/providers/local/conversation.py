"""What a very small model is told of a conversation: little, so that it answers soon and to it."""

from dataclasses import replace

from bot.providers.chat import ChatMessage, ChatRequest

INSTRUCTION = "You are a helpful AI assistant. Keep your answers short."
"""What the model is told where the request has no system message."""

MOST_REMEMBERED = 3000
"""Characters of earlier turns, some 800 tokens: it loses the thread of more, and reads for long."""


def shortened(request: ChatRequest) -> ChatRequest:
    """The last message whole, the newest turns before it that fit, and a system message; pure."""
    told = tuple(one for one in request.messages if one.role == "system")
    turns = [one for one in request.messages if one.role != "system"]
    told = told or (ChatMessage("system", INSTRUCTION),)
    return replace(request, messages=(*told, *_newest(turns)))


def _newest(turns: list[ChatMessage]) -> list[ChatMessage]:
    sizes = (sum(len(one.content) for one in turns[at:-1]) for at in range(len(turns)))
    begin = next((at for at, size in enumerate(sizes) if size <= MOST_REMEMBERED), 0)
    while begin < len(turns) - 1 and turns[begin].role == "assistant":
        begin += 1  # an answer without its question
    return turns[begin:]
