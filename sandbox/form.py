"""Faults of a payload are reported together, by path, as Discord nests them."""

from sandbox.errors import ApiError
from sandbox.model import JsonObject


class FormErrors:
    """Collects what is wrong with a payload, by path, and raises it as one 50035."""

    def __init__(self) -> None:
        self._tree: JsonObject = {}

    def add(self, path: str, code: str, message: str) -> None:
        """Note a fault at a dotted path, for example `embeds.0.title`."""
        node = self._tree
        for part in path.split(".") if path else ():
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, text: object, longest: int, shortest: int = 0) -> None:
        """Note a fault unless the value is text of an allowed length."""
        if not isinstance(text, str):
            self.add(path, "BASE_TYPE_BAD_TYPE", "Must be a string.")
        elif not shortest <= len(text) <= longest:
            self._out_of_range(path, longest, shortest, "in length")

    def count(self, path: str, items: object, most: int, least: int = 0) -> None:
        """Note a fault unless the value is a list of an allowed size."""
        if not isinstance(items, list):
            self.add(path, "BASE_TYPE_BAD_TYPE", "Must be a list.")
        elif not least <= len(items) <= most:
            self._out_of_range(path, most, least, "items long")

    def _out_of_range(self, path: str, most: int, least: int, what: str) -> None:
        if least:
            message = f"Must be between {least} and {most} {what}."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer {what}.")

    def check(self) -> None:
        """Raise 400/50035 if anything was noted."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)
