"""Create the encryption service.

Revision ID: 24bd1b381680
Revises: f526489cc0c0
Create Date: 2026-11-24 03:32:33.825874+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "24bd1b381680"
down_revision: str | Sequence[str] | None = "f526489cc0c0"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "encryption_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=2048), nullable=False),
        sa.Column("private_key", sa.String(length=2048), nullable=False),
        sa.Column(
            "key_status",
            sa.Enum(
                "ACTIVE",
                "PASSIVE",
                name="ck_encryption_key_key_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "key_type",
            sa.Enum(
                "SERVER",
                "PLUGIN",
                name="ck_encryption_key_key_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption_key")),
    )
    op.create_table(
        "encryption_master_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=1024), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption_master_key")),
    )


def downgrade() -> None:
    """Revert this revision."""
    op.drop_table("encryption_master_key")
    op.drop_table("encryption_key")
