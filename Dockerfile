# Conveyor in a container; docs/operations.md says how to run it.
# Data is in /app/data: give it a volume. Settings come from the environment.

FROM python:3.11-slim AS packages
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml ./
# Without a lock file: the direct and the transitive dependencies are pinned in pyproject.toml.
RUN UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 uv sync --no-dev --no-cache

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin conveyor \
    && install --directory --owner conveyor --group conveyor --mode 0700 /app/data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY main.py LICENSE ./
COPY config config
COPY sandbox sandbox
COPY bot bot
COPY cogs cogs
RUN .venv/bin/python -m compileall -q main.py config sandbox bot cogs

USER conveyor
VOLUME /app/data
STOPSIGNAL SIGTERM
# Exit code 1: the bot is gone, its event loop is blocked, or its database is away.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 \
    CMD [".venv/bin/python", "main.py", "health"]
ENTRYPOINT [".venv/bin/python", "-X", "faulthandler", "main.py"]
CMD ["run"]
