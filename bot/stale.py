"""Whether a press or a form reaches somebody: what the library knows nobody for, it drops.

The only file that looks into the library's own store of buttons.
"""

# ruff: noqa: SLF001 - the library tells nobody what it would drop

import discord
from discord.ui.view import ViewStore


def is_known(interaction: discord.Interaction, store: ViewStore) -> bool:
    """Whether the library hands it on; commands always are."""
    custom_id = str(_field(interaction, "custom_id"))
    match interaction.type:
        case discord.InteractionType.component:
            return _is_live(interaction, custom_id, store) or _is_dynamic(
                interaction.message, custom_id, store
            )
        case discord.InteractionType.modal_submit:
            return custom_id in store._modals
        case _:
            return True


def _is_live(interaction: discord.Interaction, custom_id: str, store: ViewStore) -> bool:
    message = interaction.message.id if interaction.message else None
    kind = _field(interaction, "component_type")
    return any((kind, custom_id) in store._views.get(where, {}) for where in (message, None))


def _is_dynamic(message: discord.Message | None, custom_id: str, store: ViewStore) -> bool:
    """The library takes an id only from a message that shows it."""
    shown = {
        getattr(item, "custom_id", None)
        for row in (message.components if message else [])
        for item in getattr(row, "children", [])
    }
    return custom_id in shown and any(
        pattern.fullmatch(custom_id) for pattern in store._dynamic_items
    )


def _field(interaction: discord.Interaction, name: str) -> object:
    return dict(interaction.data or {}).get(name)
