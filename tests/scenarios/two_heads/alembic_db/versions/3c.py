"""Create the table t3c."""

import sqlalchemy as sa

from alembic import op

revision = "3c"
down_revision = "1a"


def upgrade() -> None:
    op.create_table("t3c", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("t3c")
