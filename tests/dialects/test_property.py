import itertools
import os
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import URL

from dialects.verbs import url_of
from support.changing import Pair, pairs
from support.repository import Completed, Repository, fresh, tiny
from support.servers import product
from support.snapshot import compared, snapshot
from support.way import Journey

ALL = os.environ.get("DBTASKS_TEST_ALL") == "1"
MODELS = "services/shop/database/db_models/item_model.py"
NOTHING = "Nothing to migrate: the models are what the history's head has.\n"

# Through the real inv one pair is enough: what differs from a drawn one is how the models are found.
BEFORE = """
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Numeric, String, Table

metadata = MetaData()
Table("order", metadata, Column("id", Integer, primary_key=True), Column("group", String(20), nullable=False))
Table(
    "Mixed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("r1", ForeignKey("order.id", name="fk_mixed_order")),
    Column("n1", Numeric(10, 2), server_default="1.5"),
    Index("ix_mixed_n1", "n1"),
)
"""
AFTER = """
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Numeric, String, Table, UniqueConstraint

metadata = MetaData()
Table(
    "order",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group", String(50), nullable=False, server_default="it's"),
    UniqueConstraint("group", name="uq_order_group"),
)
Table(
    "Mixed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("r1", BigInteger),
    Column("n1", Numeric(12, 4)),
    Index("ix_mixed_n1", "n1", "r1"),
)
"""

NUMBERS = itertools.count()

drawn = settings(
    max_examples=200 if ALL else 10,
    derandomize=not ALL,
    database=None,
    deadline=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if ALL else [])],  # which takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@drawn
@given(pair=pairs())
def test_any_models_become_others_and_come_back(pair: Pair, server_url: URL, tmp_path: Path) -> None:
    """Drafts lead from any models to any others on a database with rows, leave nothing to draft, and come back."""
    with fresh(server_url, create=True) as url:
        pair = pair.in_brackets() if product(url) == "mysql" else pair
        repository = tiny(tmp_path / f"way{next(NUMBERS)}", url.render_as_string(hide_password=False))
        journey = Journey(repository, server_url, pair.way, repr(pair))
        journey.go()
    assert not journey.problems, journey.report()


def test_models_on_disk_become_others_and_come_back(repository: Repository) -> None:
    """The same through the real ``inv``, with models in a service's module."""
    repository.write(MODELS, BEFORE)
    _told(repository.inv("db.revision", "-m", "first", "db.upgrade"))
    before = snapshot(url_of(repository))
    repository.write(MODELS, AFTER)
    told = _told(repository.inv("db.revision", "-m", "second", "db.upgrade", "db.revision", "-m", "third"))
    assert told.endswith(f"\n{NOTHING}")
    assert compared(before, snapshot(url_of(repository))) != []
    _told(repository.inv("db.downgrade", "--rev=-1"))
    assert compared(before, snapshot(url_of(repository))) == []


def _told(done: Completed) -> str:
    assert done.code == 0, done.err
    return done.out
