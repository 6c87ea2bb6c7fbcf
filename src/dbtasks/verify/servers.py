"""Where scratch databases of each dialect are made: the project's own server, a given one, or a private one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import URL

from dbtasks import dialects, environment, scratch, servers
from dbtasks.dialects import Dialect
from dbtasks.errors import DbtasksError, ScratchNotAllowed, ServerMissing, ServerUnreachable, UnknownValue
from dbtasks.settings import DatabaseSettings, Settings

ANYWHERE = "scratch.db"  # a file that is never made: scratch databases lie in a folder of their own


def chosen(settings: Settings, names: tuple[str, ...]) -> tuple[Dialect, ...]:
    """Return the dialects to rehearse on, in their order and each once; the project's own when none is named.

    Raises:
        UnknownValue: there is no such dialect.
    """
    for name in names:
        if name not in dialects.NAMES:
            raise UnknownValue("--dialects", name, dialects.NAMES, "db.verify")
    found = [dialects.named(name, "--dialects") for name in names] or [dialects.of(settings.database.url)]
    return tuple(dict.fromkeys(found))


@contextmanager
def settings_for(settings: Settings, dialect: Dialect) -> Iterator[DatabaseSettings]:
    """Give the settings by which scratch databases of a dialect are made; a private server is gone afterwards.

    Raises:
        ServerMissing: none can be started, and none is given.
        ScratchNotAllowed, ServerUnreachable: so it is, and the project's own server cannot be used either.
        ServerDoesNotStart: it can, and does not come up.
    """
    database = settings.database
    is_own = dialects.of(database.url) is dialect
    refusal = _refusal(settings) if is_own else None
    if is_own and refusal is None:
        yield database
    elif dialect.in_file:
        yield _at(database, URL.create(dialect.drivername, database=ANYWHERE))
    elif given := database.server(dialect):
        yield _at(database, given)
    else:
        with _private(dialect, refusal) as url:
            yield _at(database, url)


@contextmanager
def _private(dialect: Dialect, refusal: DbtasksError | None) -> Iterator[URL]:
    """Give a private server; where none can be started the refusal of the project's own is what there is to tell."""
    try:
        server = servers.start(dialect)
    except ServerMissing as error:
        raise (refusal or error) from error
    try:
        yield server.url
    finally:
        server.stop()


def _refusal(settings: Settings) -> DbtasksError | None:
    """Return why no scratch database can be made on the project's own server; None when one can."""
    database = settings.database
    if dialects.of(database.url).in_file or database.scratch_url is not None:
        return None
    try:
        where = environment.read(settings)
    except ServerUnreachable as error:
        return error
    return None if scratch.is_allowed(database, where) else ScratchNotAllowed(database.name)


def _at(database: DatabaseSettings, server: URL) -> DatabaseSettings:
    return replace(database, url=server, scratch_url=server)
