"""What plain ``alembic`` runs after it has written a revision (alembic.ini, post_write_hooks): keep the file HEAD."""

import contextlib
import sys
from pathlib import Path

from dbtasks import project
from dbtasks.errors import DbtasksError
from dbtasks.history import headfile, load


def main(revision: Path) -> None:
    """Have the file HEAD name the newest revision; a history that cannot be read is told by whatever runs next."""
    with contextlib.suppress(DbtasksError):
        headfile.follow(load(project.find(revision.resolve().parent)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
