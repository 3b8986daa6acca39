"""Settings are read, checked and frozen; a wrong one is named in one line that says the fix."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import (
    MemoryDatabase,
    SettingError,
    Settings,
    SqliteDatabase,
    load_settings,
)
from config.settings.topics import known_settings

SECRET = "whsec_" + "A" * 32
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs4cF0sPdJv3g"
KEY = "k" * 32


def loaded(**environ):
    return load_settings(env_file=None, environ=environ)


def faults(**environ):
    with pytest.raises(SettingError) as caught:
        loaded(**environ)
    return str(caught.value).split("\n")


def fault(**environ):
    (line,) = faults(**environ)
    return line


def test_nothing_given_means_the_defaults_of_the_design():
    settings = loaded()
    assert settings.discord.api_url == "https://discord.com/api/v10"
    assert settings.discord.token is None
    assert settings.encryption.key is None
    assert settings.queue.database_url == SqliteDatabase(Path("data/conveyor.db"))
    assert settings.queue.concurrency == {"chat": 8, "image": 2, "admin": 2}
    queue = settings.queue
    assert (queue.max_size, queue.max_active_per_user) == (1000, 10)
    assert (queue.max_losses, queue.max_attempts) == (10, 3)
    assert (queue.job_timeout, queue.visibility_timeout) == (300, 30)
    delays = (queue.retry_base_delay, queue.retry_backoff_multiplier, queue.max_retry_delay)
    assert delays == (5, 2, 3600)
    assert settings.chat.base_url is None
    assert (settings.progress.interval, settings.shutdown.grace) == (2, 20)
    assert settings.sandbox.port == 8765
    assert (settings.log.level, settings.log.format) == ("INFO", "text")


def test_each_setting_lands_in_its_topic():
    settings = loaded(
        DISCORD_TOKEN=TOKEN,
        DISCORD_API_URL="http://127.0.0.1:8765/api/v10/",
        DISCORD_GUILDS="1, 22,",
        DISCORD_OWNER_IDS="333",
        DISCORD_INTENTS="members,message_content",
        ENCRYPTION_KEY=KEY,
        QUEUE_MAX_SIZE="5",
        QUEUE_CONCURRENCY="chat:4, slow-queue:1",
        QUEUE_JOB_TIMEOUT="0.5",
        CHAT_BASE_URL="http://localhost:11434/v1",
        CHAT_API_KEY="sk-example",
        CHAT_MODEL="small",
        SANDBOX_PORT="0",
        LOG_LEVEL="debug",
        LOG_FORMAT="JSON",
    )
    assert settings.discord.required_token().get_secret_value() == TOKEN
    assert settings.discord.api_url == "http://127.0.0.1:8765/api/v10"
    assert settings.discord.guilds == (1, 22)
    assert settings.discord.owner_ids == (333,)
    assert settings.discord.intents == {"members", "message_content"}
    assert settings.queue.max_size == 5
    assert settings.queue.concurrency == {"chat": 4, "slow-queue": 1}
    assert settings.queue.job_timeout == 0.5
    assert settings.chat.base_url == "http://localhost:11434/v1"
    assert settings.chat.model == "small"
    assert settings.sandbox.port == 0
    assert (settings.log.level, settings.log.format) == ("DEBUG", "json")


def test_the_environment_goes_before_the_file(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("QUEUE_MAX_SIZE=7\nQUEUE_MAX_LOSSES=8\nCHAT_BASE_URL=http://llm/v1\n")
    settings = load_settings(env_file, {"QUEUE_MAX_SIZE": "9", "CHAT_BASE_URL": ""})
    assert (settings.queue.max_size, settings.queue.max_losses) == (9, 8)
    assert settings.chat.base_url is None


def test_the_process_s_own_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("QUEUE_MAX_SIZE", "11")
    assert load_settings(env_file=None).queue.max_size == 11
    assert load_settings(env_file=None, environ={}).queue.max_size == 1000


def test_a_missing_file_is_no_fault(tmp_path):
    assert load_settings(tmp_path / "none", {}) == loaded()


def test_a_file_that_is_not_text_is_named(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"CHAT_MODEL=\xff\xfe")
    with pytest.raises(SettingError, match="not UTF-8 text; save it as UTF-8"):
        load_settings(env_file, {})


def test_names_that_only_begin_like_a_topic_are_left_alone():
    assert loaded(LOG="1", SANDBOX="yes", CHAT="{", QUEUE="", PROGRESS="x") == loaded()


def test_settings_cannot_be_changed():
    settings = loaded()
    with pytest.raises(ValidationError, match="frozen"):
        settings.queue.max_size = 1
    with pytest.raises(ValidationError, match="frozen"):
        settings.queue = settings.queue


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("memory://", MemoryDatabase()),
        ("sqlite:///relative/path.db", SqliteDatabase(Path("relative/path.db"))),
        ("sqlite:////absolute/path.db", SqliteDatabase(Path("/absolute/path.db"))),
        ("sqlite+aiosqlite:///data/my jobs.db", SqliteDatabase(Path("data/my jobs.db"))),
    ],
)
def test_a_database_is_a_file_or_memory(url, database):
    assert loaded(QUEUE_DATABASE_URL=url).queue.database_url == database


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:hunter2@db/conveyor",
        "redis://localhost",
        "conveyor.db",
        "sqlite://conveyor.db",
        "sqlite:///",
        "sqlite:///data/",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "memory://somewhere",
    ],
)
def test_any_other_database_is_refused_with_what_is_supported(url):
    line = fault(QUEUE_DATABASE_URL=url)
    assert line.startswith("QUEUE_DATABASE_URL: ")
    assert line.endswith("for example QUEUE_DATABASE_URL=sqlite:///data/conveyor.db")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("QUEUE_MAX_SIZE", "many", "'many' should be a valid integer"),
        ("QUEUE_MAX_SIZE", "0", "'0' should be greater than or equal to 1"),
        ("QUEUE_MAX_SIZE", "99999999", "should be less than or equal to 10000000"),
        ("QUEUE_JOB_TIMEOUT", "nan", "should be a finite number"),
        ("QUEUE_JOB_TIMEOUT", "-1", "should be greater than 0"),
        ("QUEUE_CONCURRENCY", "chat", "names of queues in small letters, each with a number"),
        ("QUEUE_CONCURRENCY", "Chat:8", "names of queues in small letters, each with a number"),
        ("QUEUE_CONCURRENCY", "chat:lots", "'lots' should be a valid integer"),
        ("QUEUE_CONCURRENCY", "chat:0", "'0' should be greater than or equal to 1"),
        ("QUEUE_CONCURRENCY", "chat:1,chat:2", "names the queue chat twice"),
        ("DISCORD_GUILDS", "1,my server", "'my server' should be a valid integer"),
        ("DISCORD_INTENTS", "presences", "should be 'members' or 'message_content'"),
        ("DISCORD_API_URL", "discord.com", "starts with http:// or https://"),
        ("DISCORD_API_URL", "http://[::1", "starts with http:// or https://"),
        ("CHAT_BASE_URL", "https://llm/v1?key=1", "without a name, a password, ? or #"),
        ("SANDBOX_PORT", "65536", "should be less than or equal to 65535"),
        ("LOG_LEVEL", "loud", "'LOUD' should be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or"),
        ("LOG_FORMAT", "xml", "'xml' should be 'text' or 'json'; for example LOG_FORMAT=text"),
    ],
)
def test_a_wrong_value_is_one_line_with_name_fault_and_example(name, value, said):
    line = fault(**{name: value})
    assert line.startswith(f"{name}: ")
    assert said in line
    assert f"; for example {name}=" in line


def test_every_example_in_a_fault_is_itself_accepted():
    for name, field in known_settings().items():
        for example in field.examples or []:
            loaded(**{name: example})


def test_each_of_several_faults_has_its_line():
    lines = faults(QUEUE_MAX_SIZE="x", LOG_FORMAT="y", DISCORD_GUILDS="1,a,b")
    names = [line.partition(":")[0] for line in lines]
    assert names == ["DISCORD_GUILDS", "DISCORD_GUILDS", "QUEUE_MAX_SIZE", "LOG_FORMAT"]


def test_a_line_stays_one_line_whatever_the_value_holds():
    line = fault(LOG_FORMAT="te\nxt" + "x" * 1000)
    assert len(line) < 200


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"DISCORD_TOKEN": f"Bot {TOKEN}"}, "copy it again"),
        ({"CHAT_BASE_URL": "http://llm", "CHAT_API_KEY": f"{TOKEN}…"}, "copy it again"),
        ({"ENCRYPTION_KEY": "hunter2"}, "has only 7 characters; use at least 32"),
        ({"ENCRYPTION_KEY_OLD": "hunter2"}, "has only 7 characters; use at least 32"),
        ({"DISCORD_GUILDS": TOKEN}, "'[redacted]' should be a valid integer"),
        ({"CHAT_API_KEY": "hunter2"}, "has no effect without a server; set CHAT_BASE_URL"),
        ({"IMAGE_MODEL": "brush"}, "has no effect without a server; set IMAGE_BASE_URL"),
        ({"CHAT_BASE_URL": "http://me:hunter2@llm"}, "without a name, a password"),
        ({"WEBHOOK_URL": "https://me:hunter2@host", "WEBHOOK_SECRET": SECRET}, "without a name"),
        ({"WEBHOOK_URL": "ftp://host/hunter2", "WEBHOOK_SECRET": SECRET}, "starts with https://"),
        ({"WEBHOOK_SECRET": "whsec_hunter2"}, "should be whsec_ and 24 to 64 bytes in base64"),
        ({"WEBHOOK_SECRET": SECRET.removeprefix("whsec_")}, "should be whsec_ and 24 to 64"),
        ({"WEBHOOK_URL": "https://host"}, "WEBHOOK_SECRET: the value is missing"),
        ({"WEBHOOK_SECRET_OLD": SECRET}, "has no effect alone; set WEBHOOK_SECRET"),
        (
            {"WEBHOOK_URL": "http://host/hunter2", "WEBHOOK_SECRET": SECRET},
            "WEBHOOK_ALLOW_PRIVATE: the value should be true, or give WEBHOOK_URL an address",
        ),
        ({"CHAT_BASE_URL": "http://llm/v1?key=hunter2"}, "without a name, a password"),
    ],
)
def test_a_fault_never_repeats_a_secret(environ, said):
    line = fault(**environ)
    assert said in line
    assert "hunter2" not in line
    assert TOKEN not in line


def test_a_webhook_may_be_called_over_http_where_private_networks_are_allowed():
    settings = loaded(
        WEBHOOK_URL="http://host/x", WEBHOOK_SECRET=SECRET, WEBHOOK_ALLOW_PRIVATE="true"
    )
    assert settings.webhook.allow_private
    assert set(settings.secrets()) == {"http://host/x", SECRET}


def test_a_model_without_a_server_is_not_silently_ignored():
    assert "set CHAT_BASE_URL to its address" in fault(CHAT_MODEL="small")


def test_a_needed_token_that_is_missing_is_named_with_the_way_to_get_one():
    with pytest.raises(SettingError, match=r"^DISCORD_TOKEN: is missing; copy .* into \.env"):
        loaded().discord.required_token()


def test_a_name_that_looks_like_a_misspelt_setting_is_told():
    warnings = loaded(QUEUE_MAXSIZE="3", DISORD_TOKEN=TOKEN, PATH="/bin", LOG_DIR="x").warnings
    assert warnings == (
        "DISORD_TOKEN is not a setting and has no effect; did you mean DISCORD_TOKEN?",
        "QUEUE_MAXSIZE is not a setting and has no effect; did you mean QUEUE_MAX_SIZE?",
    )


def test_a_misspelt_name_in_the_file_is_told(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_GUILD=1\n")
    (warning,) = load_settings(env_file, {}).warnings
    assert "did you mean DISCORD_GUILDS?" in warning


def test_secrets_are_hidden_from_print_and_listed_for_the_log():
    settings = loaded(
        DISCORD_TOKEN=TOKEN,
        ENCRYPTION_KEY=KEY,
        CHAT_BASE_URL="http://llm",
        CHAT_API_KEY="sk-1234567",
    )
    assert set(settings.secrets()) == {TOKEN, KEY, "sk-1234567"}
    assert not any(secret in repr(settings) for secret in settings.secrets())


def test_defaults_alone_never_look_at_the_environment(monkeypatch):
    monkeypatch.setenv("QUEUE_MAX_SIZE", "11")
    assert Settings().queue.max_size == 1000
