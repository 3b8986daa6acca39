"""Every setting, a class per topic: `QUEUE_MAX_SIZE` is `settings.queue.max_size`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_core.core_schema import ValidationInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.settings.faults import SettingError
from config.settings.values import (
    HOW_TO_SIGN,
    DatabaseUrl,
    Intents,
    Key,
    LogFormat,
    LogLevel,
    Secret,
    Slots,
    Snowflakes,
    SqliteDatabase,
    WebAddress,
    WebhookSecret,
    WebhookUrl,
)


class Topic(BaseModel):
    """Settings that belong together; the description of each is its line in `.env.example`."""

    model_config = ConfigDict(frozen=True, validate_default=True, allow_inf_nan=False)


class Discord(Topic):
    """Which bot this is, and where Discord is."""

    token: Secret = Field(
        None, description="The bot's token from Discord's developer portal; the sandbox needs none."
    )
    api_url: WebAddress = Field(
        "https://discord.com/api/v10", description="Where Discord's HTTP interface answers."
    )
    guilds: Snowflakes = Field(
        (),
        description="Ids of servers that get the commands at once, comma-separated; empty: global.",
        examples=["81384788765712384,41771983423143937"],
    )
    owner_ids: Snowflakes = Field(
        (),
        description="Ids of people who may do what touches all servers, comma-separated.",
        examples=["80351110224678912"],
    )
    intents: Intents = Field(
        frozenset(),
        description="Privileged intents granted in the portal: members, message_content.",
        examples=["members,message_content"],
    )

    def required_token(self) -> SecretStr:
        """The token; raises `SettingError` if there is none."""
        if self.token is None:
            raise SettingError(
                [
                    "DISCORD_TOKEN: is missing; copy the bot's token from Discord's developer "
                    "portal into .env, or try the sandbox, which needs none"
                ]
            )
        return self.token


class Encryption(Topic):
    """What secrets at rest are sealed with."""

    key: Key = Field(
        None, description="Seals secrets at rest, 32 characters or more; empty: from the token."
    )
    key_old: Key = Field(
        None, description="The key before (or the token before), while its secrets are still read."
    )


class Queue(Topic):
    """Where jobs live, how many there may be, and how they are retried. Times in seconds."""

    database_url: DatabaseUrl = Field(
        SqliteDatabase(Path("data/conveyor.db")),
        description="Where jobs are kept: sqlite:///a/file.db, or memory:// for nowhere.",
        examples=["sqlite:///data/conveyor.db"],
    )
    max_size: int = Field(1_000, ge=1, le=10_000_000, description="Jobs that may wait in all.")
    max_active_per_user: int = Field(
        10, ge=1, le=1_000_000, description="Unfinished jobs that one person may have."
    )
    max_running_per_user: int = Field(
        3,
        ge=1,
        le=1_000,
        description="Jobs of one person that run at once in each queue; more wait aside.",
    )
    concurrency: Slots = Field(
        {"chat": 8, "image": 2, "admin": 2},
        description="Jobs that run at once in each queue; a queue not named here runs 2.",
        examples=["chat:8,image:2,admin:2"],
    )
    max_losses: int = Field(
        10, ge=1, le=1_000, description="Crashes of its worker after which a job is given up."
    )
    max_attempts: int = Field(3, ge=1, le=100, description="Tries that a failing job gets.")
    job_timeout: float = Field(
        300, gt=0, le=86_400, description="Seconds that one try of a job may take."
    )
    visibility_timeout: float = Field(
        30, ge=1, le=3_600, description="Seconds of silence after which a worker counts as lost."
    )
    retry_base_delay: float = Field(
        5, ge=0, le=86_400, description="Seconds before the second try, at most."
    )
    retry_backoff_multiplier: float = Field(
        2, ge=1, le=10, description="How much longer each further wait may be."
    )
    max_retry_delay: float = Field(
        3_600, ge=0, le=604_800, description="Seconds that no wait between two tries exceeds."
    )
    batch_size: int = Field(
        100, ge=1, le=1_000, description="Jobs that are taken from the queue at a time, at most."
    )
    ageing_seconds: float = Field(
        300, ge=1, le=604_800, description="Seconds of waiting that lift a job by one priority."
    )
    retention_completed: float = Field(
        86_400, gt=0, le=31_536_000, description="Seconds that completed jobs are kept."
    )
    retention_failed: float = Field(
        259_200, gt=0, le=31_536_000, description="Seconds that other finished jobs are kept."
    )
    retention_max: int = Field(
        10_000, ge=0, le=10_000_000, description="Finished jobs that are kept at most."
    )


class Cache(Topic):
    """Results that are handed to whoever asks the same again."""

    ttl: float = Field(
        3_600, ge=0, le=31_536_000, description="Seconds that a result answers the same question."
    )
    max_size: int = Field(10_000, ge=1, le=10_000_000, description="Results that are kept at most.")


class Progress(Topic):
    """How lively tickets are."""

    interval: float = Field(
        2, gt=0, le=60, description="Seconds between two edits of one ticket, at least."
    )


class Webhook(Topic):
    """The program that is told how jobs ended, and how all webhooks are called."""

    url: WebhookUrl = Field(
        None, description="Address that is told how every job ended; empty: none."
    )
    secret: WebhookSecret = Field(
        None, description="Signs what that address, and jobs with their own, are told: whsec_…"
    )
    secret_old: WebhookSecret = Field(
        None, description="The secret before, which signs as well while receivers still know it."
    )
    max_retries: int = Field(3, ge=1, le=20, description="Tries that each webhook gets.")
    base_delay: float = Field(
        1, gt=0, le=3_600, description="Seconds before a webhook's second try, at most."
    )
    max_delay: float = Field(
        30, gt=0, le=86_400, description="Seconds that no wait for a webhook's next try exceeds."
    )
    allow_private: bool = Field(
        False,
        description="Whether webhooks may use http:// and reach private networks: true or false.",
    )

    @field_validator("secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("url") is not None:
            raise ValueError(f"is missing, but WEBHOOK_URL needs it, {HOW_TO_SIGN}")
        return secret

    @field_validator("secret_old")
    @classmethod
    def _signs_beside(cls, old: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if old is not None and info.data.get("secret", old) is None:
            raise ValueError("has no effect alone; set WEBHOOK_SECRET to the one that replaces it")
        return old

    @field_validator("allow_private")
    @classmethod
    def _is_closed(cls, value: bool, info: ValidationInfo) -> bool:
        url: SecretStr | None = info.data.get("url")
        if not (value or url is None or url.get_secret_value().startswith("https://")):
            raise ValueError("should be true, or give WEBHOOK_URL an address with https://")
        return value


class Chat(Topic):
    """The OpenAI-compatible server that answers `/chat`."""

    base_url: WebAddress | None = Field(
        None,
        description="Address of any OpenAI-compatible server; empty: a built-in responder answers.",
        examples=["http://localhost:11434/v1"],
    )
    api_key: Secret = Field(None, description="The key for that server, if it asks for one.")
    model: str | None = Field(None, description="The model to ask; empty: the server's own choice.")
    tokens_per_user_per_day: int = Field(
        0,
        ge=0,
        description="Tokens that a person's questions may take in a server on a UTC day; 0: any.",
    )

    @field_validator("api_key", "model")
    @classmethod
    def _has_a_server(
        cls, value: SecretStr | str | None, info: ValidationInfo
    ) -> SecretStr | str | None:
        if value is not None and info.data.get("base_url", "") is None:
            raise ValueError("has no effect without a server; set CHAT_BASE_URL to its address")
        return value


class Image(Topic):
    """The OpenAI-compatible server that draws for `/image`."""

    base_url: WebAddress | None = Field(
        None,
        description="Address of any OpenAI-compatible image server; empty: a built-in renderer.",
        examples=["http://localhost:8080/v1"],
    )
    api_key: Secret = Field(None, description="The key for that server, if it asks for one.")
    model: str | None = Field(
        None, description="The model that draws; empty: the server's own choice."
    )

    @field_validator("api_key", "model")
    @classmethod
    def _has_a_server(
        cls, value: SecretStr | str | None, info: ValidationInfo
    ) -> SecretStr | str | None:
        if value is not None and info.data.get("base_url", "") is None:
            raise ValueError("has no effect without a server; set IMAGE_BASE_URL to its address")
        return value


class Sandbox(Topic):
    """The local stand-in for Discord."""

    port: int = Field(
        8765, ge=0, le=65_535, description="Port of the sandbox on this machine; 0: any free one."
    )


class Shutdown(Topic):
    """How the bot ends."""

    grace: float = Field(
        20, ge=0, le=3_600, description="Seconds that running jobs get to finish at the end."
    )


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class Log(Topic):
    """What is told on standard error, and how."""

    level: Annotated[LogLevel, BeforeValidator(_upper)] = Field(
        "INFO", description="Least level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    format: Annotated[LogFormat, BeforeValidator(_lower)] = Field(
        "text", description="text for people, json for machines."
    )


class Settings(BaseSettings):
    """All topics, frozen. Without arguments: the defaults, whatever the environment says."""

    model_config = SettingsConfigDict(
        frozen=True, env_nested_delimiter="_", env_nested_max_split=1, env_file_encoding="utf-8"
    )

    discord: Discord = Field(default_factory=Discord)
    encryption: Encryption = Field(default_factory=Encryption)
    queue: Queue = Field(default_factory=Queue)
    cache: Cache = Field(default_factory=Cache)
    progress: Progress = Field(default_factory=Progress)
    webhook: Webhook = Field(default_factory=Webhook)
    chat: Chat = Field(default_factory=Chat)
    image: Image = Field(default_factory=Image)
    sandbox: Sandbox = Field(default_factory=Sandbox)
    shutdown: Shutdown = Field(default_factory=Shutdown)
    log: Log = Field(default_factory=Log)
    warnings: tuple[str, ...] = ()
    """Lines about names that look like misspelt settings, to be logged."""

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # pydantic-settings names the rest
        cls,
        _settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `load_settings` reads the sources, once."""
        return (init_settings,)

    def secrets(self) -> tuple[str, ...]:
        """The texts that no log may show."""
        values = (value for _, topic in self if isinstance(topic, Topic) for _, value in topic)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def known_settings() -> Mapping[str, FieldInfo]:
    """Each setting under the name that people write, such as `QUEUE_MAX_SIZE`."""
    return {
        f"{name}_{field_name}".upper(): field
        for name, topic in Settings.model_fields.items()
        if isinstance(topic.annotation, type) and issubclass(topic.annotation, Topic)
        for field_name, field in topic.annotation.model_fields.items()
    }
