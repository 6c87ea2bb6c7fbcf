"""Which environment a database belongs to: by its own record, by the configuration, by where it is."""

from dataclasses import dataclass
from ipaddress import ip_address

from dbtasks import dialects, ledger
from dbtasks.ledger import Event
from dbtasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Environment:
    """What is known of a database.

    Attributes:
        configured: the name that the configuration gives.
        recorded: the name that the database itself records; None when it records none.
        host: where it is; several are separated by commas.
        is_local: whether it is certainly on this machine, or on a host whose databases may be reset.
        protected: the names of protected environments.
    """

    configured: str
    recorded: str | None
    host: str
    is_local: bool
    protected: tuple[str, ...]

    @property
    def is_protected(self) -> bool:
        """Return whether nothing may be lost; a database elsewhere that does not say what it is counts as such."""
        named = self.configured in self.protected or self.recorded in self.protected
        return named or (self.recorded is None and not self.is_local)

    @property
    def agrees(self) -> bool:
        """Return whether the record, if there is one, and the configuration are the same."""
        return self.recorded in (None, self.configured)


def read(settings: Settings) -> Environment:
    """Return which environment the configured database belongs to.

    Raises:
        AccessDenied, ServerUnreachable, DatabaseUnusable: that cannot be known.
    """
    return of(settings, ledger.environment(settings.database.url))


def of(settings: Settings, recorded: str | None) -> Environment:
    """Return which environment the configured database belongs to, if it records this one."""
    database = settings.database
    host = dialects.of(database.url).host(database.url)
    hosts = host.split(",")  # the driver takes whichever answers
    return Environment(
        configured=settings.environment,
        recorded=recorded,
        host=host,
        is_local=all(is_this_machine(one) or one in database.reset_hosts for one in hosts),
        protected=database.protected,
    )


def record(settings: Settings, name: str) -> None:
    """Have the database record an environment.

    Raises:
        DatabaseMissing, AccessDenied, ServerUnreachable, DatabaseReadOnly: it cannot be written.
    """
    ledger.record(settings.database.url, Event("environment", detail=name))


def is_this_machine(host: str) -> bool:
    """Return whether a host is certainly this machine: a socket or a loopback address. No name is looked up."""
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
