"""The metadata of every service, as ``env.py`` gets it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from alembic import context
from alembic.config import Config
from sqlalchemy import MetaData

from dbtasks import project


class DiscoveredMetadata(Sequence[MetaData]):
    """The metadata of every service, found and imported when somebody first looks: only to compare, not to migrate."""

    def __init__(self, start: Path) -> None:
        self._start = start
        self._found: tuple[MetaData, ...] | None = None

    def _metadata(self) -> tuple[MetaData, ...]:
        if self._found is None:
            from dbtasks import services  # a migration does without them

            self._found = services.load(project.find(self._start)).metadata
        return self._found

    @overload
    def __getitem__(self, index: int) -> MetaData: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[MetaData, ...]: ...
    def __getitem__(self, index: int | slice) -> MetaData | tuple[MetaData, ...]:
        return self._metadata()[index]

    def __len__(self) -> int:
        return len(self._metadata())

    def __iter__(self) -> Iterator[MetaData]:
        return iter(self._metadata())


def discovered_metadata(config: Config) -> DiscoveredMetadata:
    """Return the metadata of the services of the project that ``alembic.ini`` belongs to, not loaded yet."""
    return DiscoveredMetadata(Path(config.config_file_name or context.script.dir).resolve().parent)
