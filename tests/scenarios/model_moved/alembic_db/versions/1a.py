"""Create items, customers and invoices."""

import sqlalchemy as sa
from alembic import op

revision = "1a"
down_revision = None


def upgrade():
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("customer", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_invoice_number", "invoice", ["number"])


def downgrade():
    op.drop_table("invoice")
    op.drop_table("customer")
    op.drop_table("item")
