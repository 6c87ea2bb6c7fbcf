"""Which of the databases that are kept have to go."""

import time

import pytest
from sqlalchemy import make_url

from dbtasks import cache
from dbtasks.dialects.clones import Shelf
from dbtasks.dialects.clones.base import NEVER, age

DAY = 24 * 3600.0


def test_the_oldest_of_too_many_go() -> None:
    """Only so many stay, and those are the ones that were used last."""
    unused = {f"n{number}": float(number) for number in range(cache.MOST + 2)}
    assert cache.outdated(Shelf("", unused)) == (f"n{cache.MOST}", f"n{cache.MOST + 1}")
    assert cache.outdated(Shelf("", {"n1": 1.0})) == ()


def test_what_was_not_used_for_long_goes() -> None:
    """After so many days; what cannot tell, or was never finished, too."""
    shelf = Shelf("", {"new": DAY, "old": (cache.DAYS + 1) * DAY, "strange": NEVER}, ("dead",))
    assert cache.outdated(shelf) == ("dead", "old", "strange")


@pytest.mark.parametrize(("noted", "expected"), [("90", 10.0), ("110", 0.0), (None, NEVER), ("x", NEVER)])
def test_an_age_is_read_from_a_note(noted: str | None, expected: float) -> None:
    """A note of the future is one of now; one that is no number is of no time."""
    assert age(100.0, noted) == expected


def test_a_scratch_name_tells_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """One made by this version is old after an hour; another's is never taken for one."""
    name = cache.scratch_name()
    urls = [make_url(f"postgresql+asyncpg://host/{one}") for one in (name, f"{cache.SCRATCH}of_mine", "shop")]
    assert [cache._is_old(url) for url in urls] == [False, False, False]
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    assert [cache._is_old(url) for url in urls] == [True, False, False]
