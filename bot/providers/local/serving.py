"""The process that has the model: `serving.py MODEL_FILE`. Serves it until its input ends.

It is no part of the bot, so it imports nothing of it. Its first line of output says where it
listens and which key it asks for; the end of its input is the end of whoever started it.
"""

import os
import secrets
import signal
import sys
import threading
from typing import Any

PARALLEL = 2
"""Answers that are written at once."""

CONTEXT = 8192
"""Tokens of all answers at once, with their questions: as many as SmolLM2 was made for."""

LONGEST_ANSWER = 300
"""Tokens, some 200 words: a small model that goes on longer than that runs in circles."""

TEMPERATURE = 0.2
"""Near to what the model holds likeliest; small ones wander off at the customary 0.8."""

REPETITION = 1.1
"""Weight against words just used: without it, it says one phrase until it is stopped."""

POLITENESS = 5
"""Added to the process's niceness: the bot goes first."""

MOST_THREADS = 4
"""A model this small gains nothing from more."""


def serve(model_file: str) -> None:
    """Serve this GGUF file to loopback, with the OpenAI-compatible API, while there is input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the bot hears them, too, and still has work for it
    threading.Thread(target=_end_with_input, daemon=True).start()
    os.nice(POLITENESS)
    key = secrets.token_urlsafe()
    server = _server(model_file, key)
    print("listening", server.listening_address, key, flush=True)
    _fall_silent()
    threading.Event().wait()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def _fall_silent() -> None:
    """Nobody reads on: a full pipe would stop the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())


def _threads() -> int:
    """One core stays free: threads that wait for one that is kept from its core are slow all."""
    return max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1))


def _server(model_file: str, key: str) -> Any:
    from xllamacpp import CommonParams, Server  # noqa: PLC0415 - the end of input is awaited before

    params = CommonParams()
    params.model.path = model_file
    params.n_ctx, params.kv_unified = CONTEXT, True
    params.n_parallel = PARALLEL
    params.n_predict = LONGEST_ANSWER
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _threads()
    params.sampling.temp, params.sampling.penalty_repeat = TEMPERATURE, REPETITION
    params.api_keys = [key]
    params.cache_ram_mib = 0
    params.ui = params.endpoint_slots = params.warmup = False
    params.verbosity = -1
    return Server(params)


if __name__ == "__main__":
    serve(sys.argv[1])
