"""Whether a database may be reset: three conditions, each refused by its own error, in this order."""

from collections.abc import Callable

import pytest

from dbtasks import environment, guard
from dbtasks.dialects import urls
from dbtasks.errors import EnvironmentsDiffer, NotNamed, NotThisMachine, ProtectedEnvironment, Refused
from dbtasks.guard import Consent
from dbtasks.settings import DatabaseSettings, Settings

FILE = "sqlite+aiosqlite:////srv/db/database.db"
LOCAL = "postgresql+asyncpg://user@localhost/name"
REMOTE = "postgresql+asyncpg://user@db.example.org/name"


def settings(url: str = LOCAL, environment: str = "local", **database: tuple[str, ...]) -> Settings:
    """Return the settings of a deployment."""
    return Settings(environment, DatabaseSettings(urls.parse(url, "here"), **database))  # type: ignore[arg-type]


def permit(given: Settings, confirm: str, ask: Callable[[str, str], str] | None, recorded: str | None = None) -> None:
    """Return when a reset is permitted."""
    consent = Consent("db.reset", confirm, ask)
    guard.permit(given, environment.of(given, recorded), consent, "everything would go")


def refused(
    given: Settings,
    confirm: str = "name",
    ask: Callable[[str, str], str] | None = None,
    recorded: str | None = None,
) -> Refused:
    """Return the error with which a reset is refused."""
    with pytest.raises(Refused) as caught:
        permit(given, confirm, ask, recorded)
    assert caught.value.exit_code == 3
    assert caught.value.what() == "db.reset was refused; nothing was changed."
    return caught.value


def nobody(_name: str, _consequence: str) -> str:
    """Fail, since nobody was to be asked."""
    raise AssertionError


@pytest.mark.parametrize(
    ("url", "name"), [(FILE, "database.db"), (LOCAL, "name"), ("mysql+aiomysql://u@127.0.0.1/n%20m", "n m")]
)
def test_a_reset_is_permitted(url: str, name: str) -> None:
    """On this machine, in an unprotected environment, the name of the database permits a reset."""
    permit(settings(url), name, None)


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_a_protected_environment_is_refused(environment: str) -> None:
    """In an environment that is protected by default nothing permits a reset."""
    error = refused(settings(FILE, environment, reset_hosts=("localhost",)), "database.db")
    assert isinstance(error, ProtectedEnvironment)
    assert (error.environment, error.protected) == (environment, ("production", "staging"))


def test_which_environments_are_protected_is_a_setting() -> None:
    """Only the environments that are listed are protected, by their whole names."""
    assert isinstance(refused(settings(environment="live", protected=("live",))), ProtectedEnvironment)
    permit(settings(environment="production", protected=("live",)), "name", None)
    permit(settings(environment="production2"), "name", None)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.8.8.8",
        "[::1]",
        "/name?host=/var/run/postgresql",
        "/name?host=localhost",
        "/name?host=127.0.0.1&host=/tmp",
        "/name?host=localhost,127.0.0.1",
    ],
)
def test_this_machine(host: str) -> None:
    """A loopback address and a socket are this machine."""
    permit(settings(f"postgresql+asyncpg://user@{host if '/name' in host else host + '/name'}"), "name", None)


@pytest.mark.parametrize(
    "host",
    [
        "db.example.org",
        "db",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "128.0.0.1",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "[fe80::1]",
        "/name?host=db.example.org",
        "/name?host=/tmp&host=db.example.org",
        "/name?host=/tmp,db.example.org",
        "/name?host=localhost&host=db.example.org",
        "/name?host=localhost:5432&host=db.example.org:5432",
    ],
)
def test_another_machine_is_refused(host: str) -> None:
    """Any other host is refused, also when it is one of several, or looks like this machine."""
    error = refused(settings(f"postgresql+asyncpg://user@{host if '/name' in host else host + '/name'}"))
    assert isinstance(error, NotThisMachine)


def test_a_server_without_a_host_is_refused() -> None:
    """Where the URL names no host the driver goes wherever its own environment says, so nothing is certain."""
    error = refused(settings("postgresql+asyncpg:///name"))
    assert isinstance(error, NotThisMachine)
    assert "names no host" in error.why()


@pytest.mark.parametrize("url", [REMOTE, "postgresql+asyncpg://u@/name?host=localhost&host=db.example.org"])
def test_a_listed_host_is_permitted(url: str) -> None:
    """A host in ``reset_hosts`` may be reset, and only that one."""
    permit(settings(url, reset_hosts=("db.example.org",)), "name", None)
    assert isinstance(refused(settings(url, reset_hosts=("example.org", "db.example.com"))), NotThisMachine)


@pytest.mark.parametrize("confirm", ["", "other", "NAME", "name ", "nam", "/srv/db/database.db"])
@pytest.mark.parametrize("url", [LOCAL, FILE])
def test_another_name_is_refused(url: str, confirm: str) -> None:
    """Anything but the very name of the database is refused; the advice holds the whole command."""
    given = settings(url)
    error = refused(given, confirm)
    assert isinstance(error, NotNamed)
    assert error.given == confirm
    assert error.fix() == f"inv db.reset --confirm {given.database.name}"


def test_a_person_is_asked_for_the_name() -> None:
    """Without a confirmation the person at the terminal is asked, and is told which database it is about."""
    asked: list[str] = []

    def ask(name: str, consequence: str) -> str:
        asked.extend([name, consequence])
        return "database.db"

    permit(settings(FILE), "", ask)
    assert asked == ["database.db", "everything would go"]


@pytest.mark.parametrize("answer", ["", "y", "yes", "Name"])
def test_a_wrong_answer_is_refused(answer: str) -> None:
    """A person who answers anything but the name has not confirmed."""
    error = refused(settings(), "", lambda _name, _consequence: answer)
    assert isinstance(error, NotNamed)
    assert error.given == answer


def test_nobody_is_asked_who_has_confirmed() -> None:
    """With a confirmation, right or wrong, no question is asked."""
    permit(settings(), "name", nobody)
    assert isinstance(refused(settings(), "other", nobody), NotNamed)


def test_the_order_of_the_conditions() -> None:
    """The environment is looked at first, then the server, then the name; nobody is asked in vain."""
    protected = settings(REMOTE, "production")
    assert isinstance(refused(protected, "", nobody), ProtectedEnvironment)
    assert isinstance(refused(settings(REMOTE), "", nobody), NotThisMachine)


def test_what_the_database_says_of_itself_counts() -> None:
    """A record that is protected, or another than the configuration's, is refused; one that agrees permits, anywhere."""
    error = refused(settings(), recorded="production")
    assert isinstance(error, ProtectedEnvironment)
    assert error.is_recorded
    assert isinstance(refused(settings(), recorded="test"), EnvironmentsDiffer)
    assert isinstance(refused(settings(REMOTE), recorded="test"), EnvironmentsDiffer)
    assert isinstance(refused(settings(environment="staging"), recorded="local"), ProtectedEnvironment)
    permit(settings(REMOTE), "name", None, "local")
