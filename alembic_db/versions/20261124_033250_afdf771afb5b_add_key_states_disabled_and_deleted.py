"""Add key states disabled and deleted.

Revision ID: afdf771afb5b
Revises: cbd23008908a
Create Date: 2026-11-24 03:32:50.575461+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "afdf771afb5b"
down_revision: str | Sequence[str] | None = "cbd23008908a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


CHECK = "ck_encryption_key_key_status"
BEFORE = ("ACTIVE", "PASSIVE")
AFTER = (*BEFORE, "DISABLED", "DELETED")


def upgrade() -> None:
    """Let a key be disabled or deleted."""
    _allow(AFTER)


def downgrade() -> None:
    """Take the two states back; a key in one of them becomes passive, which no message is encrypted with either."""
    keys = sa.table("encryption_key", sa.column("key_status", sa.String))
    op.execute(keys.update().where(keys.c.key_status.not_in(BEFORE)).values(key_status="PASSIVE"))
    _allow(BEFORE)


def _allow(states: Sequence[str]) -> None:
    with op.batch_alter_table("encryption_key", schema=None) as batch_op:
        batch_op.drop_constraint(CHECK, type_="check")
        # dbtasks: ignore[unsafe-ddl] a handful of keys, which nobody writes for longer than it takes
        batch_op.create_check_constraint(CHECK, sa.column("key_status", sa.String).in_(states))
