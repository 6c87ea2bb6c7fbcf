"""Read a database URL as people write it, and show it without its passwords."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, quote_plus, unquote

from sqlalchemy import URL

from dbtasks.dialects import named
from dbtasks.errors import BadDatabaseUrl, BadSetting, SyncDriver, UnsupportedDatabaseUrl

# Like RFC 3986, but the password ends at the first "@" after which a host and the rest can be read, so that a
# password that was not percent-encoded is understood too. What reads as a host, a name and a query with a password
# has no user and password before it, though such a password may hold an "@".
PARTS = re.compile(
    r"""
    (?P<dialect>[A-Za-z]\w*) (?: \+ (?P<driver>\w+) )? ://
    (?: (?! (?: \[[0-9A-Fa-f:.]+\] | [\w.\-]+ ) (?: :\d+ )? / [^?@]* \? (?: .*& )? [^=&]*(?:pass|pwd)[^=&]*= )
        (?P<username>[^:@/]*) (?: : (?P<password>.*?) )? @ )?
    (?: \[ (?P<ipv6>[0-9A-Fa-f:.]+) \] | (?P<host>[\w.\-]*) )
    (?: : (?P<port>\d+) )?
    (?: / (?P<database>[^?@]*) )?
    (?: \? (?P<query> [^=&?@/]+ = .* )? )?
    """,
    re.VERBOSE | re.DOTALL,
)
FILE_PARTS = re.compile(r"(?P<dialect>sqlite)(?:\+(?P<driver>\w+))?://(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?")
SECRET = re.compile(r"pass|pwd|secret|token", re.IGNORECASE)
HIDDEN = "***"
ELSEWHERE = frozenset({"database", "db", "dsn", "read_default_file", "read_default_group", "service"})


def parse(text: str, origin: str, *, server: bool = False) -> URL:
    """Return the URL; its parts may be percent-encoded or not. That of a ``server`` needs to name no database.

    Raises:
        BadDatabaseUrl: it cannot be read. The message does not repeat it.
        UnknownDialect: it names a database that dbtasks does not serve.
        SyncDriver: it names no driver, or one that is not the dialect's async driver.
        UnsupportedDatabaseUrl: it names no database.
    """
    match = FILE_PARTS.fullmatch(text.strip()) or PARTS.fullmatch(text.strip())
    if match is None:
        raise BadDatabaseUrl(origin)
    parts = match.groupdict()
    dialect = named(parts["dialect"], origin)
    if parts["driver"] != dialect.driver:
        given = parts["dialect"] + (f"+{parts['driver']}" if parts["driver"] else "")
        raise SyncDriver(origin, given, f"{parts['dialect']}+{dialect.driver}")
    query = parse_qs(parts["query"] or "", keep_blank_values=True)
    _check_query(query, parts, origin)
    url = URL.create(
        f"{parts['dialect']}+{parts['driver']}",
        username=_plain(parts.get("username")),
        password=_plain(parts.get("password")),
        host=parts.get("ipv6") or parts.get("host") or None,
        port=int(parts["port"]) if parts.get("port") else None,
        database=parts["database"] if "host" not in parts else _plain(parts["database"]),
        query={key: values[0] if len(values) == 1 else values for key, values in query.items()},
    )
    if not server:
        dialect.check_url(url, origin)
    return url


def parse_servers(given: object, key: str, origin: str) -> tuple[URL, ...]:
    """Return the URLs of a section that names a server for each of some dialects.

    Raises:
        BadSetting: it is no section, or a server is of another dialect than it says.
        BadDatabaseUrl, UnknownDialect, SyncDriver: one cannot be used.
    """
    if not isinstance(given, dict):
        raise BadSetting(key, "a section with a server for each dialect", origin)
    found = {str(name): parse(str(text), f"'{key}.{name}'", server=True) for name, text in given.items()}
    for name, url in found.items():
        if named(url.get_backend_name(), origin) is not named(name, f"'{key}'"):
            raise BadSetting(f"{key}.{name}", f"a server of {name}", origin)
    return tuple(found.values())


def _check_query(query: Mapping[str, list[str]], parts: Mapping[str, str | None], origin: str) -> None:
    """Refuse a query that makes the driver go elsewhere than the URL says: the guards believe the URL."""
    has_host = parts.get("host") or parts.get("ipv6")
    for key in query:
        if key in ELSEWHERE or (key in ("host", "port", "unix_socket") and has_host):
            problem = f"'{key}' in its query names another server or database than the part before it"
            raise UnsupportedDatabaseUrl(origin, problem, "host, port and database once: before the '?'")


def masked(url: URL) -> str:
    """Return the URL as text, with every password in it hidden: SQLAlchemy hides only the one before the host."""
    hidden = {key: HIDDEN if SECRET.search(key) else value for key, value in url.query.items()}
    shown = url.set(query=hidden).render_as_string(hide_password=True)
    return shown.replace("%2A%2A%2A", HIDDEN)


def secrets(url: URL) -> tuple[str, ...]:
    """Return every password in the URL, so that it can be kept out of a message of someone else's."""
    found = [url.password] if url.password else []
    for key, value in url.query.items():
        if SECRET.search(key):
            found += [value] if isinstance(value, str) else list(value)
    return tuple(sorted({str(one) for one in found if one}, key=len, reverse=True))


def hide(text: str, url: URL) -> str:
    """Return the text without the URL's passwords, in whatever encoding a foreign message may repeat them."""
    for secret in secrets(url):
        # The third is SQLAlchemy's own encoding.
        for form in (secret, quote(secret, safe=""), quote(secret, safe=" +"), quote_plus(secret), repr(secret)[1:-1]):
            text = text.replace(form, HIDDEN)
    return text


def _plain(text: str | None) -> str | None:
    return unquote(text) if text else None
