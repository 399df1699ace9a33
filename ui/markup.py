"""Text to HTML that cannot be anything but text.

Gradio fills ``${...}`` and ``{{...}}`` of a template, so those signs are escaped along with the usual five. A
carriage return is written as a reference: HTML parsers fold it away, and the marked text must equal the quote.
"""

from __future__ import annotations

from html import escape

_MORE = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;", "\r": "&#13;"})


def text(value: object) -> str:
    """``value`` as inert HTML text, good for element content and for quoted attributes."""
    return escape(str(value), quote=True).translate(_MORE)


def isolated(value: object) -> str:
    """Inert text whose writing direction cannot spill over its surroundings (names, titles, quotes)."""
    return f"<bdi>{text(value)}</bdi>"


def attributes(**pairs: object) -> str:
    """Attributes with a leading space; ``None`` and ``False`` are left out, ``data_x`` becomes ``data-x``."""
    shown = ((name.rstrip("_").replace("_", "-"), value) for name, value in pairs.items())
    return "".join(
        f" {name}" if value is True else f' {name}="{text(value)}"'
        for name, value in shown
        if value is not None and value is not False
    )
