"""Create the table t2b."""

import sqlalchemy as sa

from alembic import op

revision = "2b"
down_revision = "1a"


def upgrade() -> None:
    op.create_table("t2b", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("t2b")
