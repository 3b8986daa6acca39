"""Cuts a response body into JSON payloads, whether it is an event stream or one document."""

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")


class TooLargeError(Exception):
    """A line, an event or a document is larger than it may be."""


class PayloadReader:
    """Reads a body block by block, wherever it was cut, and looks itself for its form.

    An event stream (WHATWG HTML §9.2.6) gives the data of each event, a JSON document gives
    itself at the end. An event, a line or a document above its limit raises `TooLargeError`.
    """

    def __init__(
        self, *, max_event_bytes: int = 256 * 1024, max_document_bytes: int = 8 * 1024 * 1024
    ) -> None:
        self._max_event_bytes = max_event_bytes
        self._max_document_bytes = max_document_bytes
        self._body: _Document | _EventStream | None = None

    def feed(self, block: bytes) -> list[str]:
        """Take the next block; return the payloads that it completed."""
        if self._body is None:
            block = block.lstrip()
            if not block:
                return []
            self._body = (
                _Document(self._max_document_bytes)
                if block.startswith(b"{")
                else _EventStream(self._max_event_bytes)
            )
        return self._body.feed(block)

    def end(self) -> list[str]:
        """Return the payload that only the end of the body completes, if any."""
        return self._body.end() if self._body else []


class _Document:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = bytearray()

    def feed(self, block: bytes) -> list[str]:
        self._bytes += block
        if len(self._bytes) > self._max_bytes:
            raise TooLargeError
        return []

    def end(self) -> list[str]:
        return [self._bytes.decode(errors="replace")]


class _EventStream:
    """Lines are decoded whole, so a character cut between two blocks stays a character."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._rest = b""
        self._data: list[str] = []
        self._size = 0

    def feed(self, block: bytes) -> list[str]:
        *lines, self._rest = _LINE_END.split(self._rest + block)
        if self._held_back_cr(lines, block):
            self._rest = lines.pop() + b"\r"
        events = [event for line in lines for event in self._take(line)]
        if self._size + len(self._rest) > self._max_bytes:
            raise TooLargeError
        return events

    def end(self) -> list[str]:
        # Some servers close right after the last line; the standard would drop that event.
        return [*self._take(self._rest.removesuffix(b"\r")), *self._take(b"")]

    def _held_back_cr(self, lines: list[bytes], block: bytes) -> bool:
        """A CR at the very end may be half of a CRLF: only the next block can tell."""
        return bool(lines) and not self._rest and block.endswith(b"\r")

    def _take(self, line: bytes) -> list[str]:
        if not line:
            event, self._data, self._size = self._data, [], 0
            return ["\n".join(event)] if event else []
        name, _, value = line.decode(errors="replace").lstrip("\ufeff").partition(":")
        if name == "data":
            self._size += len(line) + 1
            self._data.append(value.removeprefix(" "))
        return []
