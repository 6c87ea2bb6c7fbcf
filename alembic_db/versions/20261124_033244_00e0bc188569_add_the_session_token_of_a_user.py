"""Add the session token of a user.

Revision ID: 00e0bc188569
Revises: a30ae24ea697
Create Date: 2026-11-24 03:32:44.282502+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "00e0bc188569"
down_revision: str | Sequence[str] | None = "a30ae24ea697"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("session_token", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Revert this revision."""
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("session_token")
