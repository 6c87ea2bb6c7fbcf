"""Private database servers for tests, which end with the process that started them, and the way to connect."""

import asyncio
import os
import pwd
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import URL, Connection, NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

T = TypeVar("T")

USER = "tester"
AWKWARD = "p%40@s:/w!rd#"  # each of these makes a URL, a ConfigParser or a shell stumble
RAM = Path("/dev/shm")
POSTGRESQL = Path("/usr/lib/postgresql")  # Debian keeps each version's programs apart, and off the PATH
ROOM = 512 * 2**20  # bytes; a container's /dev/shm is often 64 MB, which two servers fill
ATTEMPTS = 3  # another process may take the free port before the server does
START_SECONDS = 30

# The parent of the server. Its standard input is a pipe that only the process under test holds open, so reading
# ends when that process does, however it ends. A server that has just been started ignores signals: hence the loop.
WATCHDOG = """
trap '' PIPE && umask 077
exec 3<&0 </dev/null
mkdir {folder} && cd {folder} || exit 1
printf %s "$SECRET" >secret && unset SECRET
if {install} >log 2>&1; then
    {serve} >>log 2>&1 3<&- &
    server=$! && echo $server
    {{ read -r _ <&3; while kill -{signal} $server; do sleep 0.1; done; }} >/dev/null 2>&1 &
    wait $server
    kill $! 2>/dev/null
fi
tail -n 20 log
cd / && rm -rf {folder}
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What has to be known of one kind of server."""

    drivername: str
    variable: str  # names a server to use instead of a private one
    package: str
    programs: tuple[str, ...]
    install: str
    serve: str
    secret: str  # what the file "secret" in the server's folder holds
    signal: str  # ends it at once; nothing has to be kept
    databases: str  # lists those that are not the server's own
    drop: str
    maintenance: str | None = None  # the database to connect to for work on others
    connect_args: dict[str, Any] = field(default_factory=dict)


KINDS = {
    "postgresql": Kind(
        drivername="postgresql+asyncpg",
        variable="TEST_POSTGRESQL_URL",
        package="postgresql",
        programs=("initdb", "postgres"),
        install="{initdb} --pgdata=data --username={user} --pwfile=secret --auth=scram-sha-256 --encoding=UTF8"
        " --locale=C --wal-segsize=1 --no-sync --no-instructions",
        serve="{postgres} -D data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c dynamic_shared_memory_type=mmap",
        secret="{password}",
        signal="QUIT",
        databases="SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
        drop="DROP DATABASE IF EXISTS {} WITH (FORCE)",
        maintenance="postgres",
    ),
    "mysql": Kind(
        drivername="mysql+aiomysql",
        variable="TEST_MYSQL_URL",
        package="mariadb-server",
        programs=("mariadb-install-db", "mariadbd"),
        install="{mariadb-install-db} --no-defaults --datadir={folder}/data --skip-test-db --skip-name-resolve"
        " --innodb-log-file-size=16M",
        serve="{mariadbd} --no-defaults --datadir={folder}/data --tmpdir={folder} --init-file={folder}/secret"
        " --bind-address=127.0.0.1 --port={port} --socket=socket --skip-name-resolve --skip-log-bin"
        " --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0"
        " --innodb-log-file-size=16M --innodb-buffer-pool-size=32M --innodb-use-native-aio=0"
        " --aria-pagecache-buffer-size=8M --key-buffer-size=1M --performance-schema=0",
        secret="GRANT ALL ON *.* TO {user}@127.0.0.1 IDENTIFIED BY '{password}' WITH GRANT OPTION;\n",
        signal="KILL",
        databases="SELECT schema_name FROM information_schema.schemata"
        " WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
        drop="DROP DATABASE IF EXISTS {}",
        # aiomysql makes Python warnings, which fail tests, of the messages that the server has.
        connect_args={"init_command": "SET max_error_count = 0, lock_wait_timeout = 30"},
    ),
}
KINDS["mariadb"] = KINDS["mysql"]  # another name for the same in a URL


def connected(url: URL, work: Callable[[Connection], T]) -> T:
    """Return what ``work`` returns, run in autocommit on a connection of its own.

    In a thread, so that a test may itself be asynchronous. A database that does not exist is not created.
    """
    dialect = url.get_backend_name()
    if dialect == "sqlite" and not Path(url.database or "").is_file():
        raise FileNotFoundError(url.database)

    async def run() -> T:
        connect_args = KINDS[dialect].connect_args if dialect in KINDS else {}
        engine = create_async_engine(url, poolclass=NullPool, connect_args=connect_args)
        try:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT", no_parameters=True)
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


@dataclass(frozen=True, slots=True)
class Server:
    """A private server that is running."""

    url: URL
    pid: int
    folder: Path
    watchdog: subprocess.Popen[str]


class Servers:
    """The servers of this process, each found or started when it is first asked for."""

    def __init__(self) -> None:
        self._running: dict[str, Server] = {}

    def url(self, dialect: str) -> URL:
        """Return the URL of a server; without one the test is skipped, or fails where CI is set."""
        kind = KINDS[dialect]
        if given := os.environ.get(kind.variable):
            return make_url(given)._replace(drivername=kind.drivername, database=kind.maintenance)
        if dialect not in self._running:
            if not programs(kind):
                reason = f"There is no {dialect} server: install {kind.package}, or set {kind.variable}."
                (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
            self._running[dialect] = start(kind)
        return self._running[dialect].url

    def stop(self) -> None:
        """End what was started."""
        while self._running:
            _end(self._running.popitem()[1].watchdog)


def programs(kind: Kind) -> dict[str, str]:
    """Return the paths of a server's programs by name; empty when one of them is not installed."""
    versions = sorted(POSTGRESQL.glob("*/bin"), key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, reversed(versions)), "/usr/sbin"])
    found = {name: shutil.which(name, path=folders) for name in kind.programs}
    return {name: path for name, path in found.items() if path} if all(found.values()) else {}


def start(kind: Kind) -> Server:
    """Return a private server into which one can log in, or raise RuntimeError with what it wrote."""
    log = ""
    for _ in range(ATTEMPTS):
        folder = _roomy() / f"dbtasks_test_{os.getpid()}_{secrets.token_hex(4)}"
        password = AWKWARD + secrets.token_hex(4)  # so that no other server on the same port is taken for this one
        url = URL.create(kind.drivername, USER, password, "127.0.0.1", _free_port(), kind.maintenance)
        watchdog = _watched(kind, url, folder)
        assert watchdog.stdout
        first = watchdog.stdout.readline()
        if first.strip().isdigit() and _answers(url, watchdog):
            return Server(url, int(first), folder, watchdog)
        log = first + _end(watchdog)
    raise RuntimeError(f"{kind.package} does not start.\n{log}")


def _watched(kind: Kind, url: URL, folder: Path) -> subprocess.Popen[str]:
    words = {**programs(kind), "folder": str(folder), "user": USER, "port": str(url.port)}
    values = {name: shlex.quote(word) for name, word in words.items()}
    commands = {"install": kind.install.format(**values), "serve": kind.serve.format(**values)}
    secret = kind.secret.format(user=USER, password=url.password)
    account = _account()
    return subprocess.Popen(
        ["/bin/sh", "-c", WATCHDOG.format(folder=values["folder"], signal=kind.signal, **commands)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "SECRET": secret},
        start_new_session=True,  # Ctrl+C is meant for pytest, which then ends this
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and [],
    )


def _answers(url: URL, watchdog: subprocess.Popen[str]) -> bool:
    """Return whether a login succeeds before the server ends; raise the driver's error when it never does."""
    deadline = time.monotonic() + START_SECONDS
    while watchdog.poll() is None:
        try:
            return connected(url, lambda _connection: True)
        except Exception:  # which ones a driver raises while a server starts is not documented
            if time.monotonic() > deadline:
                _end(watchdog)
                raise
        time.sleep(0.02)
    return False


def _end(watchdog: subprocess.Popen[str]) -> str:
    """End the server, remove its folder, and return the end of what it wrote."""
    assert watchdog.stdin
    assert watchdog.stdout
    with watchdog:
        watchdog.stdin.close()
        return watchdog.stdout.read()


def _account() -> pwd.struct_passwd | None:
    """Return whom to run servers as, or None to run them as oneself: PostgreSQL refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _roomy() -> Path:
    """Return the folder in RAM if there is one with enough room, otherwise the one for temporary files."""
    in_ram = RAM.is_dir() and os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free >= ROOM
    return RAM if in_ram else Path(tempfile.gettempdir())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
