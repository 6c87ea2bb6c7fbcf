"""Create the apikey service.

Revision ID: 10dc804a518f
Revises: a64e65ae8f4e
Create Date: 2026-11-24 03:32:39.882568+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "10dc804a518f"
down_revision: str | Sequence[str] | None = "a64e65ae8f4e"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "paig_level1_encryption_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=255), nullable=False),
        sa.Column("paig_key_value", sa.String(length=1024), nullable=False),
        sa.Column("key_status", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paig_level1_encryption_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_paig_level1_encryption_key_key_id")),
    )
    op.create_table(
        "paig_level2_encryption_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=255), nullable=False),
        sa.Column("paig_key_value", sa.String(length=1024), nullable=False),
        sa.Column("key_status", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paig_level2_encryption_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_paig_level2_encryption_key_key_id")),
    )
    op.create_table(
        "paig_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=255), nullable=False),
        sa.Column("api_key_name", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_status", sa.String(length=255), nullable=False),
        sa.Column("expiry", sa.DateTime(), nullable=True),
        sa.Column("never_expire", sa.Boolean(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["ai_application.id"], name=op.f("fk_paig_api_key_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paig_api_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_paig_api_key_key_id")),
    )


def downgrade() -> None:
    """Revert this revision."""
    op.drop_table("paig_api_key")
    op.drop_table("paig_level2_encryption_key")
    op.drop_table("paig_level1_encryption_key")
