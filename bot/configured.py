"""The settings in the parts' own words: what each of them is made with."""

import os
import tempfile
from pathlib import Path

import aiohttp

from bot.delivery.target import Sealer
from bot.delivery.webhooks.directory import WebhookSettings
from bot.operation.log_context import about_job
from bot.providers.built_in import BuiltIn
from bot.providers.chat import ChatProvider
from bot.providers.image import ImageProvider
from bot.providers.local.model import LocalModel, find_model
from bot.providers.openai_compatible import OpenAICompatible
from bot.providers.openai_images import OpenAIImages
from bot.providers.renderer import Renderer
from bot.queue.gate import Gate
from bot.queue.options import QueueOptions
from bot.queue.retention import Retention
from bot.queue.retry import RetryPolicy
from bot.queue.store.base import Limits, Store
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from bot.queue.webhook import OwesWebhooks
from bot.queue.worker import WorkerOptions
from config.settings import Settings, SqliteDatabase


def store_of(settings: Settings) -> Store:
    """The store that the settings name, not yet open."""
    database = settings.queue.database_url
    return SqliteStore(database.path) if isinstance(database, SqliteDatabase) else MemoryStore()


def chat_provider_of(settings: Settings, session: aiohttp.ClientSession) -> ChatProvider:
    """The server that the settings name, else the extra's model, else the built-in responder."""
    chat = settings.chat
    if chat.base_url is not None:
        return OpenAICompatible(session, chat.base_url, api_key=chat.api_key, model=chat.model)
    model_file = find_model()
    return BuiltIn() if model_file is None else LocalModel(session, model_file, BuiltIn())


def image_provider_of(
    settings: Settings, session: aiohttp.ClientSession, outside: aiohttp.ClientSession
) -> ImageProvider:
    """The server that the settings name, or the built-in renderer."""
    image = settings.image
    if image.base_url is None:
        return Renderer()
    return OpenAIImages(session, outside, image.base_url, api_key=image.api_key, model=image.model)


def sealer_of(settings: Settings) -> Sealer:
    """What encrypts under the key of the settings; they must have a token."""
    key, old = settings.encryption.key, settings.encryption.key_old
    return Sealer(
        (settings.discord.required_token() if key is None else key).get_secret_value(),
        [] if old is None else [old.get_secret_value()],
    )


def exports_folder_of(settings: Settings) -> Path:
    """Where exports lie while they are made: beside the database, for whichever process goes on."""
    database = settings.queue.database_url
    if isinstance(database, SqliteDatabase):
        return database.path.with_name(f"{database.path.name}-exports")
    return Path(tempfile.gettempdir()) / f"conveyor-{os.getpid()}-exports"


def webhook_settings_of(settings: Settings) -> WebhookSettings:
    """The settings in the webhooks' own words."""
    webhook = settings.webhook
    secrets = (webhook.secret, webhook.secret_old)
    return WebhookSettings(
        url=None if webhook.url is None else webhook.url.get_secret_value(),
        secrets=tuple(one.get_secret_value() for one in secrets if one is not None),
        most_tries=webhook.max_retries,
        base_delay_s=webhook.base_delay,
        max_delay_s=webhook.max_delay,
        allow_private=webhook.allow_private,
    )


def options_of(
    settings: Settings, webhooks: OwesWebhooks | None = None, gate: Gate | None = None
) -> QueueOptions:
    """The settings in the queue's own words."""
    queue = settings.queue
    return QueueOptions(
        worker=WorkerOptions(
            concurrency=queue.concurrency,
            lease_s=queue.visibility_timeout,
            retry=RetryPolicy(
                queue.retry_base_delay, queue.retry_backoff_multiplier, queue.max_retry_delay
            ),
            batch=queue.batch_size,
            begun=about_job,
        ),
        limits=Limits(queue.max_size, queue.max_active_per_user),
        max_attempts=queue.max_attempts,
        timeout_s=queue.job_timeout,
        max_losses=queue.max_losses,
        per_owner=queue.max_running_per_user,
        ageing_s=queue.ageing_seconds,
        cache_ttl_s=settings.cache.ttl,
        retention=Retention(
            queue.retention_completed,
            queue.retention_failed,
            queue.retention_max,
            settings.cache.max_size,
        ),
        webhooks=webhooks,
        gate=gate,
    )
