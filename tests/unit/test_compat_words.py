"""What db.compat says: words and a page for each code, and facts that come through to the other process."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dbtasks import cache, compat, render
from dbtasks.checkout import Checkout
from dbtasks.checks import silence
from dbtasks.compat import BY_NEW, CODES, Code, Compat, Finding, Result, Untried
from dbtasks.compat.inside import Request
from dbtasks.errors import Source
from dbtasks.project import Project
from dbtasks.render.compats import WORDS
from dbtasks.settings import DatabaseSettings
from support.repository import ROOT

PLACE = Source(Path("services/shop/db_models/item.py"), 7)
FOUND = Finding(
    "column-missing", "shop", "Item", PLACE, "item", "name", "title", ("reads", "INSERTs"), "no such column"
)


def told(*found: Finding, untried: tuple[Untried, ...] = ()) -> Compat:
    """Return what db.compat found."""
    return Compat("v1", "0123456789abcdef", ("b2",), Result(2, found, untried), {"item": Source(Path("now.py"), 9)})


def test_every_code_has_words_and_a_page() -> None:
    """Each code has its words, and a section of docs/compat.md with real output, in the order in which they are shown."""
    assert tuple(WORDS) == CODES
    page = ROOT.joinpath("docs/compat.md").read_text(encoding="utf-8").partition("\n# Codes\n")[2]
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(CODES)
    assert [code for code in CODES if f"```\n{code}\n  services/" not in page] == []


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("item", "detail"), [("", ""), ("name", "title")])
def test_a_finding_is_a_sentence(code: Code, item: str, detail: str) -> None:
    """Whatever is known, the words have no gap, name the model, and end with a way out that the documentation shows."""
    text = render.compat(told(replace(FOUND, code=code, item=item, detail=detail)), Project(ROOT))
    lines = text.splitlines()
    assert lines[0] == code
    assert lines[1].startswith(f"  {PLACE}: ")
    assert lines[1].endswith(". Breaks reads and INSERTs of the old code of shop (Item).")
    assert lines[2] == "    tried: no such column"
    assert lines[3].startswith("  fix: ")
    assert lines[3] in ROOT.joinpath("docs/compat.md").read_text(encoding="utf-8")
    assert not re.search(r"\{|\}|None|  \w+  |\.\.", text.partition("tried")[0].strip())


def test_what_was_not_tried_may_break() -> None:
    """Without the database's answer nothing is claimed; a table that could not be tried is named with the reason."""
    words = render.compat(told(replace(FOUND, tried=""), untried=(Untried("item", "refused"),)), Project(ROOT))
    assert ". May break reads and INSERTs of the old code of shop (Item).\n  fix:" in words
    assert "\nitem: compared only; its INSERT does not run by itself: refused\n" in words
    assert words.endswith("1 finding: old code, 2 tables of v1 (0123456789ab), on the schema at b2.")
    by_new = render.compat(told(replace(FOUND, tried="", breaks=BY_NEW)), Project(ROOT))
    assert ". May break the new code, which cannot read such rows of the old code of shop (Item).\n" in by_new


def test_a_slip_in_a_comment_is_told() -> None:
    """A comment that does not count is told of as in the checks, whose codes it may name as well."""
    of = Project(ROOT)
    words = {
        slip: render.compat(told(replace(FOUND, unheeded=slip)), of).splitlines()[1] for slip in ("", "colum-missing")
    }
    assert words["colum-missing"] == (
        f"{words['']} Its ignore comment names 'colum-missing', which is no code. Did you mean 'column-missing'?"
    )
    assert set(CODES) < set(silence.KNOWN)


def test_annotations_stand_at_the_new_model() -> None:
    """GitHub shows files as they are now; a table that no model declares any more has no place there."""
    gone = replace(FOUND, table="other")
    lines = render.compat_github(told(FOUND, gone), Project(ROOT)).splitlines()
    assert lines[0].startswith("::error file=now.py,line=9,title=column-missing::the column item.name is not there")
    assert lines[1].startswith("::error title=column-missing::the column other.name is not there")


def test_a_finding_goes_through_json() -> None:
    """What one process sends is what the other one gets."""
    for one in (FOUND, replace(FOUND, source=Source(Path("a.py")), breaks=(), tried="")):
        assert Finding.from_data(json.loads(json.dumps(one.to_data()))) == one


@pytest.mark.parametrize("is_protected", [True, False])
@pytest.mark.parametrize("scratch_url", [None, "postgresql+asyncpg://me:other@scratch/x"])
def test_the_other_process_keeps_no_database_where_none_may_be(scratch_url: str | None, *, is_protected: bool) -> None:
    """What the settings say of the server, and its password, reach the process that makes the old schema."""
    url = make_url("postgresql+asyncpg://me:s3cret@localhost/shop")
    given = DatabaseSettings(
        url,
        reset_hosts=("db",),
        scratch_url=make_url(scratch_url) if scratch_url else None,
        is_protected=is_protected,
    )
    here = Path("here")
    sent = compat._request(Checkout("v1", "0", here, here, here, here), given, url.set(database="after"), {})
    got = Request(**json.loads(json.dumps(asdict(sent)))).database
    assert got == given
    assert cache.is_allowed(got) == cache.is_allowed(given) == (scratch_url is not None or not is_protected)
