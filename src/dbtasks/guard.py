"""Whether a destructive command may run at all."""

from collections.abc import Callable
from ipaddress import ip_address

from dbtasks import dialects
from dbtasks.errors import NotNamed, NotThisMachine, ProtectedEnvironment
from dbtasks.settings import Settings


def permit_reset(settings: Settings, confirm: str, ask: Callable[[str], str] | None) -> None:
    """Return when the database may be reset; otherwise raise which of three conditions is not met.

    Args:
        settings: name the environment and the server.
        confirm: what the user gave as the database's name; "" when nothing was given.
        ask: asks a person for the name on a terminal; None where there is no terminal.

    Raises:
        ProtectedEnvironment: the environment is one of ``database.protected``.
        NotThisMachine: the server is neither this machine nor one of ``database.reset_hosts``.
        NotNamed: the name is not the database's.
    """
    database = settings.database
    if settings.environment in database.protected:
        raise ProtectedEnvironment("reset", settings.environment, database.protected)
    for host in dialects.of(database.url).host(database.url).split(","):  # the driver takes whichever answers
        if not (is_this_machine(host) or host in database.reset_hosts):
            raise NotThisMachine("reset", host)
    given = confirm or (ask(database.name) if ask else "")
    if given != database.name:
        raise NotNamed("reset", database.name, given)


def is_this_machine(host: str) -> bool:
    """Return whether a host is certainly this machine: a socket or a loopback address. No name is looked up."""
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
