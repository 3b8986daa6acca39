"""The environment goes before `.env`, both before the defaults; an empty value is the default."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from config.settings.faults import SettingError, fault_lines
from config.settings.topics import Settings, known_settings

_LIKENESS = 0.85
"""How alike (0 to 1) an unknown name must be to a known one to be taken for a typing error."""


class _GivenSource(EnvSettingsSource):
    """Finds settings among the given names instead of the process's own environment."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._given.items()}


def load_settings(
    env_file: str | Path | None = ".env", environ: Mapping[str, str] | None = None
) -> Settings:
    """All settings, checked; `environ` defaults to the process's environment.

    A missing `env_file` is no fault. Raises `SettingError` with one line for each fault.
    """
    given = _from_file(env_file) | _trimmed(os.environ if environ is None else environ)
    known = known_settings()
    source = _GivenSource({name: given[name] for name in known if given.get(name)})
    try:
        return Settings(**source(), warnings=tuple(_misspelt(given, known)))
    except ValidationError as error:
        raise SettingError(fault_lines(error, known)) from None


def _from_file(env_file: str | Path | None) -> dict[str, str]:
    try:
        return _trimmed(DotEnvSettingsSource(Settings, env_file).env_vars)
    except OSError as error:
        fault = f"{env_file}: cannot be read ({error.strerror}); make it readable or remove it"
    except UnicodeDecodeError:
        fault = f"{env_file}: is not UTF-8 text; save it as UTF-8"
    raise SettingError([fault])


def _trimmed(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name.upper(): (value or "").strip() for name, value in values.items()}


def _misspelt(given: Mapping[str, str], known: Mapping[str, object]) -> list[str]:
    return [
        f"{name} is not a setting and has no effect; did you mean {meant[0]}?"
        for name in sorted(given.keys() - known.keys())
        if (meant := get_close_matches(name, known, 1, _LIKENESS))
    ]
