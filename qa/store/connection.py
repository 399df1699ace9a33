"""Opening Chroma, in a folder or on a server, and turning its errors into ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.errors import CitespanError, SettingsError, StoreError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

TIMEOUT = 120.0
"""Seconds that a server may take for one answer."""
DATABASE_FILE = "chroma.sqlite3"
_VALUE = r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?"
_HEADER = re.compile(rf"([\w!#$%&'*+.^`|~-]+):[ \t]*({_VALUE})", re.ASCII)
"""A field of an HTTP message (RFC 9110)."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the store is. ``folder`` is ``None`` for a server."""

    name: str
    folder: Path | None
    tenant: str = "default_tenant"
    database: str = "default_database"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Name and value of what is sent along with every request; secrets, mostly."""

    @staticmethod
    def parse(
        name: str,
        *,
        tenant: str = "default_tenant",
        database: str = "default_database",
        token: str = "",
        headers: str = "",
    ) -> Location:
        """A folder, or ``http://host:port`` / ``https://host:port``. ``headers``: one ``Name: value`` a line.

        Raises StoreError for a malformed URL, SettingsError for a malformed header or token.
        """
        sent = _headers(headers, token)
        if "://" not in name:
            return Location(name, Path(name).expanduser().resolve(), tenant, database, sent)
        url = urlsplit(name)
        try:
            port = url.port
        except ValueError:
            port = -1
        if url.scheme not in ("http", "https") or not url.hostname or port == -1:
            raise StoreError(f"{name}: expected a folder or http://HOST:PORT; correct --store")
        return Location(name, None, tenant, database, sent)

    @property
    def derived(self) -> Path | None:
        """Where what is derived from the store may be kept; none for a server."""
        return None if self.folder is None else self.folder / "derived"

    def exists(self) -> bool:
        """Whether a store may be there; always true for a server, which must be asked. Raises StoreError for a file."""
        if self.folder is None:
            return True
        try:
            if self.folder.exists() and not self.folder.is_dir():
                raise StoreError(f"{self.name}: expected a folder, found a file; name another --store")
            return (self.folder / DATABASE_FILE).exists()
        except OSError as error:
            raise StoreError(f"{self.name}: cannot look into it: {error.strerror}; check its permissions") from None

    def make(self) -> None:
        """Create the folder where it is missing. Raises StoreError."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.name}: cannot create it: {error.strerror}; name another --store") from None


def _headers(lines: str, token: str) -> tuple[tuple[str, str], ...]:
    """The messages do not repeat what was found: it may be a secret."""
    found = {}
    for number, line in enumerate(lines.strip().splitlines(), 1):
        match = _HEADER.fullmatch(line.strip())
        if match is None:
            raise SettingsError(f"CITESPAN_HEADERS, line {number}: expected 'Name: value', found no such; mend it")
        found[match[1]] = match[2]
    if token:
        if not re.fullmatch(_VALUE, token):
            raise SettingsError(
                "CITESPAN_TOKEN: expected printable ASCII signs, found others or blanks around; mend it"
            )
        found["Authorization"] = f"Bearer {token}"
    return tuple(found.items())


def connect(location: Location) -> ClientAPI:
    """A Chroma client, telemetry off. Raises StoreError when the folder or the server cannot be used."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    with translated(location):
        if location.folder is not None:
            try:
                return chromadb.PersistentClient(path=str(location.folder), settings=settings)
            except BaseException:
                _forget(str(location.folder))
                raise
        url = urlsplit(location.name)
        client = chromadb.HttpClient(
            host=url.hostname or "",
            port=url.port if url.port is not None else (443 if url.scheme == "https" else 8000),
            ssl=url.scheme == "https",
            headers=dict(location.headers) or None,
            settings=settings,
            tenant=location.tenant,
            database=location.database,
        )
        for session in _sessions(client):
            session.timeout = TIMEOUT  # Chroma would wait for ever
        return client


def _forget(path: str) -> None:
    """Chroma keeps what failed to start, and would hand that out at the next try."""
    from chromadb.api.shared_system_client import SharedSystemClient

    if path not in SharedSystemClient._identifier_to_refcount:
        SharedSystemClient._identifier_to_system.pop(path, None)


def _sessions(client: ClientAPI) -> list[Any]:
    """Chroma's HTTP connections, with those of the second client that it makes for itself."""
    servers = [getattr(each, "_server", None) for each in (client, getattr(client, "_admin_client", None))]
    sessions = [getattr(server, "_session", None) for server in servers]
    return [session for session in sessions if session is not None]


def disconnect(client: ClientAPI) -> None:
    """Release the client's files or connections."""
    sessions = _sessions(client)
    close = getattr(client, "close", None)
    if close is not None:
        close()
    for session in sessions:
        session.close()  # Chroma leaves its sockets open


@contextmanager
def translated(location: Location) -> Iterator[None]:
    """Errors of Chroma, its Rust core, the network and the disk become StoreError with one clear line."""
    try:
        yield
    except (CitespanError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of the Rust core is not an Exception
        raise StoreError(_explained(location, error)) from error


def _explained(location: Location, error: BaseException) -> str:
    said = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    status = _status(error)
    if status in (401, 403) or kind in ("ChromaAuthError", "AuthorizationError"):
        return f"{location.name}: expected to be let in, found that the server asks who we are; set CITESPAN_TOKEN"
    if status is not None and 502 <= status <= 504:
        return f"{location.name}: no Chroma server answers there (HTTP status {status}); start it or correct --store"
    if location.folder is None and ("tenant" in said.lower() or "database [" in said.lower()):
        return f"{location.name}: {said} Correct --tenant or --database"
    if location.folder is None and (kind in _NETWORK or "connect" in said.lower()):
        return f"{location.name}: no Chroma server answers there ({said or kind}); start it or correct --store"
    for each in _chain(error):  # Chroma trips over what it did not finish, and so hides why
        what = " ".join(str(each).split())[:300]
        for signs, meaning in _MEANINGS:
            if any(sign in what.lower() for sign in signs):
                return f"{location.name}: {meaning.format(said=what)}"
    return f"{location.name}: the store failed ({kind}: {said}); run `citespan check`"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status behind an error: Chroma keeps only the text of an answer that it does not know."""
    codes = (getattr(getattr(each, "response", None), "status_code", None) for each in _chain(error))
    return next((code for code in codes if isinstance(code, int)), None)


_NETWORK = frozenset(
    {"ConnectError", "ConnectTimeout", "ReadTimeout", "ReadError", "RemoteProtocolError", "WriteError", "PoolTimeout"}
)
_MEANINGS = (
    (
        ("disk is full", "no space left", "disk i/o error", "file too large", "failed to apply logs"),
        "the disk is full or broken ({said}); make room and run the command again, nothing is lost",
    ),
    (
        ("readonly", "read-only", "permission denied", "unable to open database"),
        "the store cannot be written ({said}); check the permissions of the folder",
    ),
    (("database is locked",), "another process keeps the store busy; try again"),
    (
        ("not a database", "malformed"),
        "this is not a usable store ({said}); restore it or index into another --store",
    ),
)
"""Signs in what was said, and what they mean."""
