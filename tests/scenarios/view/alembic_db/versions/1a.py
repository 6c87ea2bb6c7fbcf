"""Create the items and the view of the dear ones."""

import sqlalchemy as sa

from alembic import op

revision = "1a"
down_revision = None


def upgrade() -> None:
    op.create_table("item", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("CREATE VIEW dear_item AS SELECT id FROM item")


def downgrade() -> None:
    op.execute("DROP VIEW dear_item")
    op.drop_table("item")
