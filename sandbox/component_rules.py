"""Components beyond Discord's limits are refused: rows, buttons, menus and custom ids."""

from collections.abc import Iterator
from typing import Final

from sandbox.form import FormErrors
from sandbox.model import JsonObject

ACTION_ROW: Final = 1
BUTTON: Final = 2
STRING_SELECT: Final = 3
TEXT_INPUT: Final = 4
SELECTS: Final = frozenset({3, 5, 6, 7, 8})
TEXT_DISPLAY: Final = 10

_LINK_STYLE: Final = 5
_MAX_TEXT: Final = 4_000


def walk(components: object) -> Iterator[JsonObject]:
    """Every component of a tree, parents first."""
    if isinstance(components, dict):
        components = [components]
    for component in components if isinstance(components, list | tuple) else ():
        if isinstance(component, dict):
            yield component
            for key in ("components", "component", "accessory"):
                yield from walk(component.get(key))


def check_components(components: object, form: FormErrors, *, v2: bool) -> None:
    """Note every fault of a message's components; `v2` is the flag that frees their layout."""
    form.count("components", components, 40 if v2 else 5)
    if not isinstance(components, list):
        return
    for index, row in enumerate(components):
        if row.get("type") == ACTION_ROW:
            _check_row(f"components.{index}", row, form)
        elif not v2:
            path = f"components.{index}.type"
            form.add(path, "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    _check_custom_ids(components, form)
    _check_total_text(components, form)


def _check_row(path: str, row: JsonObject, form: FormErrors) -> None:
    children = row.get("components") or []
    selects = sum(child.get("type") in SELECTS for child in children)
    form.count(f"{path}.components", children, 1 if selects else 5, least=1)
    for index, child in enumerate(children):
        child_path = f"{path}.components.{index}"
        if child.get("type") == BUTTON:
            _check_button(child_path, child, form)
        elif child.get("type") in SELECTS:
            _check_select(child_path, child, form)


def _check_button(path: str, button: JsonObject, form: FormErrors) -> None:
    form.length(f"{path}.label", button.get("label") or "", 80)
    if not button.get("label") and not button.get("emoji"):
        form.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button needs a label or an emoji.")
    if button.get("style") == _LINK_STYLE:
        form.length(f"{path}.url", button.get("url"), 512, shortest=1)
    else:
        form.length(f"{path}.custom_id", button.get("custom_id"), 100, shortest=1)


def _check_select(path: str, select: JsonObject, form: FormErrors) -> None:
    form.length(f"{path}.custom_id", select.get("custom_id"), 100, shortest=1)
    form.length(f"{path}.placeholder", select.get("placeholder") or "", 150)
    if select.get("type") != STRING_SELECT:
        return
    options = select.get("options") or []
    form.count(f"{path}.options", options, 25, least=1)
    for index, option in enumerate(options):
        for key in ("label", "value"):
            form.length(f"{path}.options.{index}.{key}", option.get(key), 100, shortest=1)
        form.length(f"{path}.options.{index}.description", option.get("description") or "", 100)


def _check_custom_ids(components: list[JsonObject], form: FormErrors) -> None:
    seen: set[str] = set()
    for component in walk(components):
        custom_id = component.get("custom_id")
        if custom_id in seen:
            text = "Component custom id cannot be duplicated"
            form.add("components", "COMPONENT_CUSTOM_ID_DUPLICATED", text)
            return
        if custom_id:
            seen.add(custom_id)


def _check_total_text(components: list[JsonObject], form: FormErrors) -> None:
    texts = [c.get("content", "") for c in walk(components) if c.get("type") == TEXT_DISPLAY]
    if sum(map(len, texts)) > _MAX_TEXT:
        text = f"The total length of text components must be {_MAX_TEXT} or fewer."
        form.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text)
