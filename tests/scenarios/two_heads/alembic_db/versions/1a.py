"""Create the table t1a."""

import sqlalchemy as sa

from alembic import op

revision = "1a"
down_revision = None


def upgrade() -> None:
    op.create_table("t1a", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("t1a")
