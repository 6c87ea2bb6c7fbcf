"""Python processes that begin with the libraries imported: each is forked from one that has done so.

They are processes like any other, with their own arguments, folder, environment and exit code; only SQLAlchemy, Alembic,
Invoke and the drivers are there already, which take as long to import as most commands run. Nothing of dbtasks or of a
project is: each command imports that by itself. With ``inv test --all`` every command imports everything.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

LIBRARIES = (
    "aiomysql",
    "aiosqlite",
    "alembic.autogenerate",
    "alembic.command",
    "alembic.config",
    "alembic.ddl.mysql",
    "alembic.ddl.postgresql",
    "alembic.ddl.sqlite",
    "alembic.runtime.environment",
    "asyncio",
    "asyncpg",
    "dotenv",
    "filelock",
    "invoke",
    "mako.template",
    "sqlalchemy.dialects.mysql.aiomysql",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "yaml",
)
COLD = ("PYTHON", "LC_", "LANG")  # variables that Python reads when it begins
MOST = 1 << 20  # bytes of a request
STANDARD = 3  # stdin, stdout and stderr


class Ended(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str


def is_able(environment: Mapping[str, str]) -> bool:
    """Return whether a process may begin warm: with ``--all`` none does, nor where a variable is for Python itself."""
    is_cold = bool(os.environ.get("DBTASKS_TEST_ALL")) or sys.platform != "linux"
    return not is_cold and not any(name.startswith(COLD) for name in environment)


class Warm:
    """The process that others are forked from; it ends with this one."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno())],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def run(
        self, arguments: list[str], cwd: Path, environment: Mapping[str, str], answers: str | None, seconds: float
    ) -> Ended:
        """Return what comes of ``python -P`` with these arguments.

        Raises:
            subprocess.TimeoutExpired: it takes longer; it is ended.
        """
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryFile() as into, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            into.write((answers or "").encode())
            into.seek(0)
            request = json.dumps({"arguments": arguments, "cwd": str(cwd), "environment": dict(environment)})
            with theirs, Path(os.devnull).open("rb") as nothing:
                streams = [nothing if answers is None else into, out, err, theirs]
                socket.send_fds(self._socket, [request.encode()], [one.fileno() for one in streams])
            ours.settimeout(seconds)
            reader = ours.makefile("r")
            number = int(reader.readline())
            try:
                code = int(reader.readline())
            except TimeoutError as error:
                os.kill(number, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, seconds) from error
            finally:
                reader.close()
            for one in (out, err):
                one.seek(0)
            return Ended(code, _text(out.read()), _text(err.read()))

    def stop(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


def _text(written: bytes) -> str:
    return written.decode().replace("\r\n", "\n")  # as subprocess does


_lock, _started = threading.Lock(), dict[int, Warm]()


def process() -> Warm:
    """Return the one of this process, which is started when it is first asked for."""
    with _lock:
        if os.getpid() not in _started:
            _started[os.getpid()] = Warm()
        return _started[os.getpid()]


def stop() -> None:
    """End the one of this process, if there is one."""
    if running := _started.pop(os.getpid(), None):
        running.stop()


def _serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request, in which the request is returned; None when nobody asks any more.

    Who asks is told the process's number, and how it ended.
    """
    ended, end = socket.socketpair()
    os.set_blocking(end.fileno(), False)
    signal.set_wakeup_fd(end.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler it wakes nobody up
    running: dict[int, int] = {}  # whom to tell when a process ends, by its number
    while True:
        ready = select.select([control, ended], [], [])[0]
        if ended in ready:
            ended.recv(MOST)
            _tell_of_ended(running)
        if control not in ready:
            continue
        text, streams, _, _ = socket.recv_fds(control, MOST, STANDARD + 1)
        if not text:
            return None
        number = os.fork()
        if number == 0:
            signal.set_wakeup_fd(-1)
            _take([*running.values(), *(one.detach() for one in (control, ended, end))], streams)
            found: dict[str, Any] = json.loads(text)
            return found
        for stream in streams[:STANDARD]:
            os.close(stream)
        _tell(streams[STANDARD], number)
        running[number] = streams[STANDARD]


def _take(others: list[int], streams: list[int]) -> None:
    """Make the streams those of this process, and let go of what belongs to the one that it was forked from."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for standard, stream in enumerate(streams[:STANDARD]):
        os.dup2(stream, standard)
    for stream in (*others, *streams):
        os.close(stream)


def _tell_of_ended(running: dict[int, int]) -> None:
    """Tell of each process that has ended since, and forget it."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            answer = running.pop(found[0])
            _tell(answer, os.waitstatus_to_exitcode(found[1]))
            os.close(answer)


def _tell(answer: int, number: int) -> None:
    with contextlib.suppress(OSError):  # who asked has given up
        os.write(answer, f"{number}\n".encode())


def _main() -> None:
    import gc
    import importlib
    import runpy
    import types

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; who asks ends too, and this one with it
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    if request is None:
        return
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    kind, what, *rest = request["arguments"]
    if kind == "-m":
        sys.argv = [what, *rest]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [kind, *rest]
        sys.modules["__main__"] = module = types.ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), vars(module))


if __name__ == "__main__":
    _main()
