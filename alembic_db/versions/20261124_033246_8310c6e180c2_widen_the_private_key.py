"""Widen the private key.

Revision ID: 8310c6e180c2
Revises: 00e0bc188569
Create Date: 2026-11-24 03:32:46.521984+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "8310c6e180c2"
down_revision: str | Sequence[str] | None = "00e0bc188569"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("encryption_key", schema=None) as batch_op:
        batch_op.alter_column(
            "private_key",
            existing_type=sa.VARCHAR(length=2048),
            type_=sa.String(length=4096),
            existing_nullable=False,
        )


def downgrade() -> None:
    """Revert this revision."""
    with op.batch_alter_table("encryption_key", schema=None) as batch_op:
        batch_op.alter_column(
            "private_key",
            existing_type=sa.String(length=4096),
            type_=sa.VARCHAR(length=2048),
            existing_nullable=False,
        )
