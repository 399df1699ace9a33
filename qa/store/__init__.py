"""The passage store: Chroma in a folder or on a server."""

from qa.store.chroma import ChromaStore
from qa.store.connection import Location
from qa.store.layout import Manifest

__all__ = ["ChromaStore", "Location", "Manifest"]
