"""Kinds of work and commands of one's own: what the folder of `EXTENSIONS_FOLDER` has is loaded.

The folder is the package `extensions`, wherever it is: its modules import each other, and their
tests import them, as `extensions.NAME`.
"""

import logging
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from discord.ext import commands

logger = logging.getLogger(__name__)

PACKAGE = "extensions"


class ExtensionFault(Exception):
    """An extension cannot be loaded. Without it, jobs of its kinds would wait for nothing, and its
    commands be taken from people: the bot does not start.
    """


async def load_extensions(client: commands.AutoShardedBot, folder: Path) -> None:
    """Load every module there but those that begin with an underscore; raises `ExtensionFault`."""
    names = modules_in(folder)
    _make_package(folder)
    for name in names:
        try:
            await client.load_extension(f"{PACKAGE}.{name}")
        except (commands.ExtensionError, SystemExit) as error:  # a program ends as soon as loaded
            cause = getattr(error, "original", error)
            logger.exception("an extension cannot be loaded")
            raise ExtensionFault(
                f"{folder / name} cannot be loaded ({type(cause).__name__}: {cause}); correct it,"
                " or take it out of the folder of EXTENSIONS_FOLDER."
            ) from error
        logger.info("loaded the extension %s", name)


def modules_in(folder: Path) -> list[str]:
    """What the folder has to be loaded; raises `ExtensionFault` if there is no folder, or a module
    whose name cannot be imported.
    """
    if not folder.is_dir():
        raise ExtensionFault(
            f"EXTENSIONS_FOLDER: {folder} is no folder; make it, or correct the setting."
        )
    for path in sorted(folder.glob("[!._]*.py")):
        if "." in path.stem:  # it would be taken for a part of a package, and be passed over
            better = folder / f"{path.stem.replace('.', '_')}.py"
            raise ExtensionFault(
                f"{path} cannot be loaded, for its name has a dot before `.py`; rename it,"
                f" to {better} say, or take it out of the folder of EXTENSIONS_FOLDER."
            )
    found = pkgutil.iter_modules([str(folder)])
    return sorted(module.name for module in found if not module.name.startswith("_"))


def _make_package(folder: Path) -> None:
    package = ModuleType(PACKAGE)
    package.__path__ = [str(folder.resolve())]
    sys.modules[PACKAGE] = package
