"""Index the thread of an access audit.

Revision ID: cbd23008908a
Revises: 8310c6e180c2
Create Date: 2026-11-24 03:32:48.815576+00:00
"""

from collections.abc import Sequence

from alembic import op

revision: str = "cbd23008908a"
down_revision: str | Sequence[str] | None = "8310c6e180c2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("access_audits", schema=None) as batch_op:
        # dbtasks: ignore[unsafe-ddl] the table is small: audits are kept for a month
        batch_op.create_index(batch_op.f("ix_access_audits_thread_id"), ["thread_id"], unique=False)


def downgrade() -> None:
    """Revert this revision."""
    with op.batch_alter_table("access_audits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_audits_thread_id"))
