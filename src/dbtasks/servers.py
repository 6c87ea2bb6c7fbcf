"""Private database servers on this machine: on a free port, with their data in a folder that goes when they end."""

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
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from dbtasks import databases
from dbtasks.dialects import Dialect
from dbtasks.dialects.private import Private
from dbtasks.errors import DbtasksError, DriverNotInstalled, ServerDoesNotStart, ServerMissing

USER = "dbtasks"
PREFIX = "dbtasks_server_"  # says whose a folder is, to whoever finds one
RAM = Path("/dev/shm")  # noqa: S108 - no name in it is guessed; each server makes a folder of its own there
ROOM = 512 * 2**20  # bytes; a container's /dev/shm is often 64 MB, which two servers fill
ATTEMPTS = 3  # another process may take the free port before the server does
START_SECONDS = 30

# The parent of the server. Its standard input is a pipe that only the process that wants the server holds open, so
# reading ends when that process does, however it ends. A server that has just started ignores signals: hence the loop.
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
class Server:
    """A private server that is running.

    Attributes:
        url: how to connect to it, to create databases.
        pid: the server's process.
        folder: its data.
        watchdog: the process that ends it.
    """

    url: URL
    pid: int
    folder: Path
    watchdog: subprocess.Popen[str]

    def stop(self) -> None:
        """End the server and remove its folder."""
        _end(self.watchdog)


def programs(kind: Private) -> dict[str, str]:
    """Return the paths of a server's programs by name; empty when one of them is not installed."""
    folder, pattern = kind.beside
    beside = sorted(folder.glob(pattern), key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])
    folders = os.pathsep.join([*os.get_exec_path(), *map(str, reversed(beside))])
    found = {name: shutil.which(name, path=folders) for name in kind.programs}
    return {name: path for name, path in found.items() if path} if all(found.values()) else {}


def start(dialect: Dialect, user: str = USER, secret: str = "", prefix: str = PREFIX) -> Server:
    """Return a private server into which ``user`` can log in, with a password that begins with ``secret``.

    Raises:
        ServerMissing: its programs are not on this machine.
        ServerDoesNotStart: they are, and it did not come up.
    """
    kind = dialect.private
    if kind is None or not programs(kind):
        raise ServerMissing(dialect.names[0], kind.programs if kind else (), kind.package if kind else "")
    log = ""
    for _ in range(ATTEMPTS):
        folder = _roomy() / f"{prefix}{os.getpid()}_{secrets.token_hex(4)}"
        password = secret + secrets.token_hex(8)  # so that no other server on the same port is taken for this one
        url = URL.create(dialect.drivername, user, password, "127.0.0.1", _free_port(), kind.maintenance)
        watchdog = _watched(kind, url, folder)
        try:
            first = _line(watchdog)
            if first.strip().isdigit() and _answers(url, watchdog):
                return Server(url, int(first), folder, watchdog)
        except BaseException:
            _end(watchdog)
            raise
        log = first + _end(watchdog)
    raise ServerDoesNotStart(kind.package, " ".join(log.split()) or "it wrote nothing")


def _watched(kind: Private, url: URL, folder: Path) -> subprocess.Popen[str]:
    words = {**programs(kind), "folder": str(folder), "user": str(url.username), "port": str(url.port)}
    values = {name: shlex.quote(word) for name, word in words.items()}
    commands = {"install": kind.install.format(**values), "serve": kind.serve.format(**values)}
    secret = kind.secret.format(user=url.username, password=url.password)
    account = _account()
    return subprocess.Popen(  # noqa: S603 - each word is quoted
        ["/bin/sh", "-c", WATCHDOG.format(folder=values["folder"], signal=kind.signal, **commands)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={"PATH": os.pathsep.join(os.get_exec_path()), "LC_ALL": "C", "SECRET": secret},
        start_new_session=True,  # Ctrl-C is meant for this process, which then ends the server
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and [],
    )


def _answers(url: URL, watchdog: subprocess.Popen[str]) -> bool:
    """Return whether a login succeeds before the server ends; raise the error of the last try when it never does."""
    server = url if url.database else url.set(database="")  # SQLAlchemy leaves an empty name out of the arguments
    deadline = time.monotonic() + START_SECONDS
    while watchdog.poll() is None:
        try:
            return databases.connect(server, lambda _connection: True)
        except DriverNotInstalled:
            raise
        except DbtasksError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.02)
    return False


def _line(watchdog: subprocess.Popen[str]) -> str:
    """Return the first line that it writes: the server's process, or why there is none."""
    return watchdog.stdout.readline() if watchdog.stdout else ""


def _end(watchdog: subprocess.Popen[str]) -> str:
    """End the server, remove its folder, and return the end of what it wrote."""
    with watchdog:
        if watchdog.stdin:
            watchdog.stdin.close()
        return watchdog.stdout.read() if watchdog.stdout else ""


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
