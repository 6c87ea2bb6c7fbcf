"""Create the audit service.

Revision ID: fe911fda36b8
Revises: 24bd1b381680
Create Date: 2026-11-24 03:32:35.867251+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "fe911fda36b8"
down_revision: str | Sequence[str] | None = "24bd1b381680"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "access_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("event_time", sa.Double(), nullable=False),
        sa.Column("request_type", sa.String(length=255), nullable=False),
        sa.Column("result", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("app_name", sa.String(length=255), nullable=False),
        sa.Column("messages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("traits", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("paig_policy_ids", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("thread_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_audits")),
    )
    with op.batch_alter_table("access_audits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_audits_app_name"), ["app_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_audits_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_audits_event_time"), ["event_time"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_audits_request_type"), ["request_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_audits_result"), ["result"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_audits_user_id"), ["user_id"], unique=False)

    op.create_table(
        "admin_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("log_id", sa.String(length=255), nullable=False),
        sa.Column("log_time", sa.Double(), nullable=False),
        sa.Column("action", sa.String(length=255), nullable=False),
        sa.Column("object_type", sa.String(length=255), nullable=False),
        sa.Column("object_name", sa.String(length=255), nullable=False),
        sa.Column("object_state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("object_state_previous", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("transaction_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_audits")),
    )
    with op.batch_alter_table("admin_audits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_audits_log_time"), ["log_time"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_audits_transaction_id"), ["transaction_id"], unique=False)


def downgrade() -> None:
    """Revert this revision."""
    with op.batch_alter_table("admin_audits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admin_audits_transaction_id"))
        batch_op.drop_index(batch_op.f("ix_admin_audits_log_time"))

    op.drop_table("admin_audits")
    with op.batch_alter_table("access_audits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_audits_user_id"))
        batch_op.drop_index(batch_op.f("ix_access_audits_result"))
        batch_op.drop_index(batch_op.f("ix_access_audits_request_type"))
        batch_op.drop_index(batch_op.f("ix_access_audits_event_time"))
        batch_op.drop_index(batch_op.f("ix_access_audits_event_id"))
        batch_op.drop_index(batch_op.f("ix_access_audits_app_name"))

    op.drop_table("access_audits")
