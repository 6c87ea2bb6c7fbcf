"""What has to be known to start a server of one's own, per kind of database: programs, arguments, and how it ends."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Private:
    """A kind of server that can be started as an ordinary user, with all its data in one folder.

    In ``install``, ``serve`` and ``secret`` stand the names of programs and ``{folder}``, ``{user}``, ``{port}`` and
    ``{password}``.

    Attributes:
        package: what brings the programs, on Debian.
        programs: the names of the programs.
        beside: where the programs may be when they are not on the PATH, as a pattern below a folder.
        install: makes the data.
        serve: is the server.
        secret: what the file "secret" in the server's folder holds.
        signal: ends the server at once; nothing has to be kept.
        maintenance: the database to connect to for work on others; None where none is needed.
    """

    package: str
    programs: tuple[str, ...]
    beside: tuple[Path, str]
    install: str
    serve: str
    secret: str
    signal: str
    maintenance: str | None = None


POSTGRESQL = Private(
    package="postgresql",
    programs=("initdb", "postgres"),
    beside=(Path("/usr/lib/postgresql"), "*/bin"),  # Debian keeps each version's programs apart
    install="{initdb} --pgdata=data --username={user} --pwfile=secret --auth=scram-sha-256 --encoding=UTF8"
    " --locale=C --wal-segsize=1 --no-sync --no-instructions",
    serve="{postgres} -D data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c dynamic_shared_memory_type=mmap",
    secret="{password}",  # noqa: S106 - its place
    signal="QUIT",
    maintenance="postgres",
)
MARIADB = Private(
    package="mariadb-server",
    programs=("mariadb-install-db", "mariadbd"),
    beside=(Path("/usr"), "sbin"),
    install="{mariadb-install-db} --no-defaults --datadir={folder}/data --skip-test-db --skip-name-resolve"
    " --innodb-log-file-size=16M",
    serve="{mariadbd} --no-defaults --datadir={folder}/data --tmpdir={folder} --init-file={folder}/secret"
    " --bind-address=127.0.0.1 --port={port} --socket=socket --skip-name-resolve --skip-log-bin"
    " --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0"
    " --innodb-log-file-size=16M --innodb-buffer-pool-size=32M --innodb-use-native-aio=0"
    " --aria-pagecache-buffer-size=8M --key-buffer-size=1M --performance-schema=0",
    secret="GRANT ALL ON *.* TO {user}@127.0.0.1 IDENTIFIED BY '{password}' WITH GRANT OPTION;\n",  # noqa: S106 - its place
    signal="KILL",
)
