"""Every error that Citespan raises on purpose. Each message says what was expected, what was found, what to do."""

from __future__ import annotations


class CitespanError(Exception):
    """Root of the tree. ``exit_code`` is what the command ends with."""

    exit_code = 2


class InputError(CitespanError):
    """The caller gave something unusable: a bad argument, question, filter or file."""


class SettingsError(InputError):
    """A setting is unknown or out of range."""


class CorpusError(InputError):
    """A file (and row) cannot be read as an article."""


class DatasetError(InputError):
    """A question set cannot be used."""


class NotFoundError(InputError):
    """No indexed article, or no citation, goes by that name."""


class ModelError(CitespanError):
    """A model is missing, damaged or of the wrong kind."""


class StoreError(CitespanError):
    """The store or its server cannot do what was asked."""

    exit_code = 3


class StoreMismatchError(StoreError):
    """The store was made with another embedder, chunking or schema."""


class StoreLockedError(StoreError):
    """Another process is writing to the store."""
