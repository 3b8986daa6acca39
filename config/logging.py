"""Each event is one line on standard error, for people or machines, and holds no secret.

It carries what is bound to the task that it happens in (`structlog.contextvars`).
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.redaction import Redactor

_log = logging.getLogger(__name__)


def set_up_logging(level: str, fmt: str, secrets: Iterable[str]) -> None:
    """Send all logging, uncaught errors too, to standard error, from `level` up.

    `fmt` is `text` or `json`; `secrets` are cut out wherever they appear.
    """
    handler = _RedactingHandler(Redactor(secrets))
    handler.setFormatter(_formatter(fmt))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


class _RedactingHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Redacts the whole line, so that no field, traceback or broken call slips past."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.redact(super().format(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        """Say that a call was broken; the standard way would print its arguments as they are."""
        where = f"{record.pathname}:{record.lineno}"
        text = f"A log call is broken at {where}: {traceback.format_exc()}"
        self.stream.write(self._redactor.redact(text))


def _formatter(fmt: str) -> structlog.stdlib.ProcessorFormatter:
    shown: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if fmt == "json":
        shown += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        plain = structlog.dev.plain_traceback
        shown += [
            _on_one_line,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain),
        ]
    return structlog.stdlib.ProcessorFormatter(
        processors=shown,
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )


def _on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Text from outside cannot pass for a line of its own."""
    return {
        key: repr(value)[1:-1] if isinstance(value, str) and not value.isprintable() else value
        for key, value in event.items()
    }


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("an error ended the program", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    error = args.exc_value
    _log.critical("an error ended a thread", exc_info=error)
