"""A database URL: read as people write it, refused where it is not certain what it means, shown without passwords."""

from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from dbtasks import dialects
from dbtasks.dialects import urls
from dbtasks.errors import BadDatabaseUrl, SyncDriver, UnknownDialect, UnsupportedDatabaseUrl

CHARACTERS = "%@:/!#?[] '\"\\$*;,~&=+ü密"
SHAPES = ["{0}", "a{0}b", "{0}b", "a{0}", "a{0}{0}b", "1{0}2"]
AWKWARD = ["%@:/!#?", "p@ss:w/rd!", "a@b/c?d#e", "100%", "=a&b=", "1/2?3", "@@host/db", "a@b:5/c", "https://x/"]
PASSWORDS = [*(shape.format(one) for one in CHARACTERS for shape in SHAPES), *AWKWARD]
SECRET = "s3cr+t /%@:!#?&'\"\\ü"
PLACES = {
    "before the host": "{}://user:{}@host:5432/name",
    "in the query": "{}://host:5432/name?password={}&user=user",
}
ELSEWHERE = ["database", "db", "dsn", "service", "read_default_file", "read_default_group"]
DATABASE = "postgresql+asyncpg://user:password@host:port/name"
A_FILE = "a file, for example sqlite+aiosqlite:///db/database.db"


def encoded(text: str) -> str:
    """Return the text with every special character percent-encoded."""
    return quote(text, safe="")


@pytest.fixture(params=list(PLACES.values()), ids=list(PLACES))
def secret_url(request: pytest.FixtureRequest) -> URL:
    """Return a URL with SECRET in it, once for each place where a password may stand."""
    return urls.parse(request.param.format("postgresql+asyncpg", encoded(SECRET)), "here")


@pytest.mark.parametrize("password", PASSWORDS)
def test_any_character_in_the_password(password: str) -> None:
    """A password may hold any character, percent-encoded or not, and no other part of the URL suffers."""
    for written in (password, encoded(password)):
        url = urls.parse(f"postgresql+asyncpg://user:{written}@host:5432/name", "here")
        assert (url.username, url.password, url.host, url.port) == ("user", password, "host", 5432)
        assert (url.database, dict(url.query)) == ("name", {})


@pytest.mark.parametrize(
    ("server", "host"),
    [("user@host:5432", "host"), ("host:5432", "host"), ("host", "host"), ("[::1]:5432", "::1"), ("", None)],
)
@pytest.mark.parametrize("password", ["a%b", "a@b", "@b/c", "a:b", "a/b", "a!b", "a#b", "a?b", "%@:/!#?", "@h:1/x?y"])
def test_any_character_in_the_query(password: str, server: str, host: str | None) -> None:
    """A password in the query may hold these characters, percent-encoded or not, whatever stands before it."""
    for written in (password, encoded(password)):
        url = urls.parse(f"postgresql+asyncpg://{server}/name?ssl=disable&password={written}", "here")
        assert (url.password, url.host, url.database) == (None, host, "name")
        assert dict(url.query) == {"ssl": "disable", "password": password}


def test_percent_and_two_digits_are_an_encoding() -> None:
    """A percent sign before two hexadecimal digits is read as an encoding, in every part."""
    url = urls.parse("postgresql+asyncpg://%61nn:%41%2541@host/na%6de", "here")
    assert (url.username, url.password, url.database) == ("ann", "A%41", "name")


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("drivername", ["postgresql+asyncpg", "mysql+aiomysql", "mariadb+aiomysql"])
def test_the_driver_gets_the_password(drivername: str, place: str) -> None:
    """What the driver signs in with is the password itself, wherever it stands in the URL."""
    url = urls.parse(place.format(drivername, encoded(SECRET)), "here")
    given = create_async_engine(url).dialect.create_connect_args(url)[1]
    found = {name: given[name] for name in ("user", "password", "host", "port")}
    assert found == {"user": "user", "password": SECRET, "host": "host", "port": 5432}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("password", [*AWKWARD, SECRET])
def test_a_shown_url_has_no_password(password: str, place: str) -> None:
    """The URL as it is shown holds the password in no encoding, and is otherwise what was written."""
    url = urls.parse(place.format("postgresql+asyncpg", encoded(password)), "here")
    assert urls.masked(url) == place.format("postgresql+asyncpg", "***")


@pytest.mark.parametrize("key", ["password", "passwd", "sslpassword", "auth_token", "client_secret", "PWD"])
def test_every_secret_of_the_query_is_hidden(key: str) -> None:
    """Whatever in the query is called a password, a secret or a token is one."""
    url = urls.parse(f"mysql+aiomysql://user:first@host/name?{key}=second&charset=utf8mb4", "here")
    assert urls.secrets(url) == ("second", "first")
    assert sorted(urls.masked(url).partition("?")[2].split("&")) == sorted([f"{key}=***", "charset=utf8mb4"])


def test_a_repeated_secret_is_hidden() -> None:
    """Each of several values of one key is hidden, the longest first, so that no piece of one is left."""
    url = urls.parse("mysql+aiomysql://user@host/name?password=ab&password=abcd", "here")
    assert urls.secrets(url) == ("abcd", "ab")
    assert urls.hide("abcd ab", url) == "*** ***"


@pytest.mark.parametrize("form", [str, encoded, quote_plus, lambda text: repr(text)[1:-1]])
def test_a_foreign_message_loses_the_password(secret_url: URL, form: object) -> None:
    """A message that repeats the password as it is, percent-encoded or in a repr loses it, and nothing else."""
    assert callable(form)
    assert urls.hide(f"cannot open <{form(SECRET)}> now", secret_url) == "cannot open <***> now"


def test_a_foreign_message_with_the_whole_url_loses_the_password(secret_url: URL) -> None:
    """A message that repeats the URL in SQLAlchemy's own encoding becomes what we would have shown."""
    assert urls.hide(secret_url.render_as_string(hide_password=False), secret_url) == urls.masked(secret_url)


def test_a_message_of_a_url_without_password_is_left_alone() -> None:
    """Where there is no password, not even an empty one, nothing is replaced."""
    for text in ("postgresql+asyncpg://user:@host/name?password=", "sqlite+aiosqlite:///a.db"):
        url = urls.parse(text, "here")
        assert (urls.secrets(url), urls.hide("a message", url)) == ((), "a message")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgresql", "postgresql+asyncpg"),
        ("postgresql+psycopg", "postgresql+asyncpg"),
        ("postgresql+psycopg2", "postgresql+asyncpg"),
        ("mysql", "mysql+aiomysql"),
        ("mysql+pymysql", "mysql+aiomysql"),
        ("mysql+asyncmy", "mysql+aiomysql"),
        ("mariadb+mariadbconnector", "mariadb+aiomysql"),
        ("sqlite", "sqlite+aiosqlite"),
        ("sqlite+pysqlite", "sqlite+aiosqlite"),
    ],
)
def test_another_driver_is_refused(given: str, wanted: str) -> None:
    """A driver that is not the async one of its dialect is refused, with the one to write."""
    with pytest.raises(SyncDriver) as caught:
        urls.parse(f"{given}://user:{SECRET}@host/name", "DATABASE_URL")
    error = caught.value
    assert (error.origin, error.given, error.wanted) == ("DATABASE_URL", given, wanted)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("postgres", " Did you mean 'postgresql'?"),
        ("postgressql+asyncpg", " Did you mean 'postgresql'?"),
        ("sqllite", " Did you mean 'sqlite'?"),
        ("mariabd+aiomysql", " Did you mean 'mariadb'?"),
        ("oracle+oracledb", ""),
    ],
)
def test_an_unknown_dialect_is_refused(name: str, advice: str) -> None:
    """A dialect that dbtasks does not serve is refused, with the nearest one that it serves."""
    with pytest.raises(UnknownDialect) as caught:
        urls.parse(f"{name}://user:{SECRET}@host/name", "DATABASE_URL")
    assert caught.value.why() == f"dbtasks serves 'sqlite', 'postgresql', 'mysql', 'mariadb'.{advice}"
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "user:hunter2@host/name",
        "postgresql+asyncpg:/user:hunter2@host/name",
        "postgresql+asyncpg//user:hunter2@host/name",
        "postgresql+asyncpg://user:hunter2@host:port/name",
        "postgresql+asyncpg://user:hunter2@one,two/name",
        "postgresql+asyncpg://user:hunter2@[::1/name",
        "postgresql+asyncpg://user:hunter2@host name/name",
        "sqlite:hunter2",
    ],
)
def test_what_cannot_be_read_is_not_repeated(text: str) -> None:
    """What is no URL is refused with the place where it stands, and without a word of it."""
    with pytest.raises(BadDatabaseUrl) as caught:
        urls.parse(text, "DATABASE_URL")
    assert "DATABASE_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("host", ["host", "127.0.0.1", "[::1]", "user@host", "user:password@[::1]:5432"])
@pytest.mark.parametrize("key", [*ELSEWHERE, "host", "port", "unix_socket"])
def test_a_query_that_leads_elsewhere_is_refused(host: str, key: str) -> None:
    """A query that would take the driver to another server or database than the URL says is refused."""
    with pytest.raises(UnsupportedDatabaseUrl, match=f"'{key}' in its query names another server or database"):
        urls.parse(f"mysql+aiomysql://{host}/name?charset=utf8mb4&{key}=elsewhere", "here")


@pytest.mark.parametrize("key", ELSEWHERE)
def test_a_query_that_leads_elsewhere_is_refused_without_a_host(key: str) -> None:
    """The name of the database, or of a service, stands before the query also when the host is in it."""
    with pytest.raises(UnsupportedDatabaseUrl):
        urls.parse(f"postgresql+asyncpg:///name?host=/var/run/postgresql&{key}=elsewhere", "here")


@pytest.mark.parametrize(
    ("text", "host", "address", "name"),
    [
        ("postgresql+asyncpg://user@db.example.org/name", "db.example.org", "db.example.org:5432", "name"),
        ("mysql+aiomysql://user@db-1_a:3307/name", "db-1_a", "db-1_a:3307", "name"),
        ("postgresql+asyncpg://user@[::1]/name", "::1", "::1:5432", "name"),
        ("postgresql+asyncpg://user@/name?host=/var/run/pg", "/var/run/pg", "/var/run/pg", "name"),
        ("mysql+aiomysql:///name?unix_socket=/run/my.sock", "/run/my.sock", "/run/my.sock", "name"),
        ("postgresql+asyncpg://user@/name?host=a&host=b", "a,b", "a,b:5432", "name"),
        ("postgresql+asyncpg://user@/name?host=a:1&host=/tmp", "a:1,/tmp", "a:1,/tmp:5432", "name"),
        ("postgresql+asyncpg:///name", "", "localhost:5432", "name"),
        ("sqlite+aiosqlite:////var/lib/app.db", "localhost", "/var/lib/app.db", "app.db"),
    ],
)
def test_where_a_url_leads(text: str, host: str, address: str, name: str) -> None:
    """The host is what the guards believe, the address is for people, and the name is what a user confirms with."""
    url = urls.parse(text, "here")
    dialect = dialects.of(url)
    assert (dialect.host(url), dialect.address(url), dialect.database_name(url)) == (host, address, name)


@pytest.mark.parametrize(
    ("text", "problem", "advice"),
    [
        ("postgresql+asyncpg://user:p@host", "it names a server, but no database on it", DATABASE),
        ("postgresql+asyncpg://user:p@host:5432/?ssl=disable", "it names a server, but no database on it", DATABASE),
        ("sqlite+aiosqlite://", "a database in memory is gone when the command ends", A_FILE),
        ("sqlite+aiosqlite:///", "a database in memory is gone when the command ends", A_FILE),
        ("sqlite+aiosqlite:///:memory:", "a database in memory is gone when the command ends", A_FILE),
        ("sqlite+aiosqlite:///:memory:?cache=shared", "a database in memory is gone when the command ends", A_FILE),
        (
            "sqlite+aiosqlite:///file:x?mode=memory&uri=true",
            "SQLite's URI file names hide which file is meant",
            "the path of the file after sqlite+aiosqlite:///",
        ),
        ("sqlite+aiosqlite://db/database.db", "a file is on no host, and 'db' stands where a host does", A_FILE),
        ("sqlite+aiosqlite://user:p@db/database.db", "a file is on no host, and 'db' stands where a host does", A_FILE),
    ],
)
def test_a_url_without_a_database_to_keep_is_refused(text: str, problem: str, advice: str) -> None:
    """A URL must name a database that is still there when the command has ended."""
    with pytest.raises(UnsupportedDatabaseUrl) as caught:
        urls.parse(text, "here")
    assert (caught.value.problem, caught.value.advice) == (problem, advice)


def test_a_server_needs_no_database() -> None:
    """The URL of a server, for scratch databases, may leave the database out."""
    url = urls.parse("postgresql+asyncpg://user:p@host", "here", server=True)
    assert (url.host, url.database) == ("host", None)


@pytest.mark.parametrize(
    ("path", "database"),
    [("db/my data.db", "db/my data.db"), ("/a/100%.db", "/a/100%.db"), ("a%20b@c:d#e.db", "a%20b@c:d#e.db")],
)
def test_the_path_of_a_file_is_taken_as_it_is(path: str, database: str) -> None:
    """The path of an SQLite file is not percent-decoded, as SQLAlchemy does not."""
    assert urls.parse(f"sqlite+aiosqlite:///{path}", "here").database == database


def test_spaces_around_a_url_do_not_matter() -> None:
    """A URL that a file or a shell gives with a line break behind it is read without it."""
    assert urls.parse(" postgresql+asyncpg://user@host/name\n", "here").database == "name"
