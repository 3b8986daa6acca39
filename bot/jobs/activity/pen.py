"""Draws smooth shapes and lines of text on a card with round corners."""

import io

from PIL import Image, ImageDraw, ImageFont

CARD = "#23252b"

SCALE = 2
"""It is drawn so much larger and then made smaller, which smooths all edges."""


class Pen:
    """Draws on a card of this size in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGBA", (width * SCALE, height * SCALE))
        self._draw = ImageDraw.Draw(self._image)
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self.box(0, 0, width, height, 28, CARD)

    def box(
        self, left: float, top: float, right: float, bottom: float, round_by: float, colour: str
    ) -> None:
        """A rectangle with round corners."""
        edges = tuple(round(one * SCALE) for one in (left, top, right, bottom))
        corner = (edges[0], edges[1], max(edges[0], edges[2] - 1), max(edges[1], edges[3] - 1))
        self._draw.rounded_rectangle(corner, round_by * SCALE, fill=colour)

    def text(
        self, x: float, y: float, text: str, size: int, colour: str, anchor: str = "la"
    ) -> None:
        """One line; `anchor` says which of its points is at (x, y), as the library names them."""
        at = (x * SCALE, y * SCALE)
        self._draw.text(at, text, fill=colour, font=self._font(size), anchor=anchor)

    def width_of(self, text: str, size: int) -> float:
        """Of one line, in pixels."""
        return self._font(size).getlength(text) / SCALE

    def shortened(self, text: str, size: int, most: float) -> str:
        """As much of the line as is no wider than `most` pixels."""
        while text and self.width_of(text, size) > most:
            text = text.removesuffix("...")[:-1] + "..." if len(text) > 3 else ""
        return text

    def _font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self._fonts:
            font = ImageFont.load_default(size * SCALE)
            if not isinstance(font, ImageFont.FreeTypeFont):
                raise RuntimeError("Pillow was built without FreeType: install its wheel.")
            self._fonts[size] = font
        return self._fonts[size]

    def png(self) -> bytes:
        """What was drawn."""
        width, height = self._image.size
        small = self._image.resize((width // SCALE, height // SCALE), Image.Resampling.BOX)
        file = io.BytesIO()
        small.save(file, "PNG")
        return file.getvalue()
