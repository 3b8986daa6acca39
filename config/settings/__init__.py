"""Every setting of Conveyor, read once from the environment and `.env`, checked, then frozen."""

from config.settings.faults import SettingError
from config.settings.loading import load_settings
from config.settings.topics import Settings
from config.settings.values import Database, MemoryDatabase, SqliteDatabase

__all__ = [
    "Database",
    "MemoryDatabase",
    "SettingError",
    "Settings",
    "SqliteDatabase",
    "load_settings",
]
