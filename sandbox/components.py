"""Presses, picks and submitted forms become component interaction data."""

from collections.abc import Iterable, Mapping

from sandbox.component_rules import BUTTON, SELECTS, STRING_SELECT, TEXT_INPUT, walk
from sandbox.invocation import InvocationError, Resolver
from sandbox.model import JsonObject, Message


def find_component(message: Message, wanted: str) -> JsonObject:
    """The button or menu with this custom id, or else this label. Raises InvocationError."""
    usable = [c for c in walk(message.components) if c.get("custom_id")]
    for key in ("custom_id", "label", "placeholder"):
        for component in usable:
            if component.get(key) == wanted:
                return _enabled(component)
    there = ", ".join(
        f"{c.get('label') or c.get('placeholder')} ({c['custom_id']})" for c in usable
    )
    raise InvocationError(f"The message has no component {wanted!r}; it has: {there or 'none'}.")


def _enabled(component: JsonObject) -> JsonObject:
    if component.get("disabled"):
        raise InvocationError(f"{component.get('label') or component['custom_id']!r} is disabled.")
    return component


def component_data(component: JsonObject, values: Iterable[str], resolver: Resolver) -> JsonObject:
    """The data of one press, or of picking these values. Raises InvocationError."""
    kind = component["type"]
    data: JsonObject = {"custom_id": component["custom_id"], "component_type": kind}
    if kind == BUTTON:
        return data
    if kind not in SELECTS:
        raise InvocationError(f"{component['custom_id']!r} can be neither pressed nor picked from.")
    picked = [_picked(component, value, resolver) for value in values]
    _check_count(component, len(picked))
    data["values"] = picked
    return data | ({"resolved": resolver.resolved} if resolver.resolved else {})


_USER_SELECT, _ROLE_SELECT, _MENTIONABLE_SELECT, _CHANNEL_SELECT = 5, 6, 7, 8


def _picked(component: JsonObject, value: str, resolver: Resolver) -> str:
    kind = component["type"]
    if kind == STRING_SELECT:
        for option in component.get("options") or []:
            if value in {option["value"], option["label"]}:
                return str(option["value"])
        raise InvocationError(f"{component['custom_id']!r} offers no {value!r}.")
    try:
        if kind == _CHANNEL_SELECT:
            return resolver.channel(value)
        return resolver.role(value) if kind == _ROLE_SELECT else resolver.user(value)
    except LookupError as error:
        raise InvocationError(str(error)) from error


def _check_count(component: JsonObject, count: int) -> None:
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if not least <= count <= most:
        raise InvocationError(f"Pick {least} to {most} of {component['custom_id']!r}.")


def modal_data(modal: JsonObject, values: Mapping[str, str]) -> JsonObject:
    """The data of the submitted form: each input's text, empty where none was given."""
    inputs = [c for c in walk(modal["components"]) if c.get("type") == TEXT_INPUT]
    known = {one["custom_id"] for one in inputs}
    unknown = set(values) - known
    if unknown:
        raise InvocationError(f"The form has no input {sorted(unknown)}; it has {sorted(known)}.")
    for one in inputs:
        _check_text(one, values.get(one["custom_id"], one.get("value") or ""))
    components = [_filled(row, values) for row in modal["components"]]
    return {"custom_id": modal["custom_id"], "components": components}


def _check_text(field: JsonObject, text: str) -> None:
    least = field.get("min_length") or (1 if field.get("required", True) else 0)
    if text or field.get("required", True):
        most = field.get("max_length") or 4_000
        if not least <= len(text) <= most:
            name = field.get("label") or field["custom_id"]
            raise InvocationError(f"{name!r} must be {least} to {most} characters long.")


def _filled(item: JsonObject, values: Mapping[str, str]) -> JsonObject:
    filled: JsonObject = {key: item[key] for key in ("type", "id", "custom_id") if key in item}
    if item.get("type") == TEXT_INPUT:
        filled["value"] = values.get(item["custom_id"], item.get("value") or "")
    if "components" in item:
        filled["components"] = [_filled(child, values) for child in item["components"]]
    if "component" in item:
        filled["component"] = _filled(item["component"], values)
    return filled
