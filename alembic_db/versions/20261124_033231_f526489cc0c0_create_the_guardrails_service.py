"""Create the guardrails service.

Revision ID: f526489cc0c0
Revises: afe24a6da5dc
Create Date: 2026-11-24 03:32:31.904229+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f526489cc0c0"
down_revision: str | Sequence[str] | None = "afe24a6da5dc"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "guardrail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "guardrail_provider",
            sa.Enum(
                "AWS", name="ck_guardrail_guardrail_provider", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("guardrail_configs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("guardrail_provider_response", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardrail")),
    )
    with op.batch_alter_table("guardrail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardrail_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "guardrail_connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "guardrail_provider",
            sa.Enum(
                "AWS",
                name="ck_guardrail_connection_guardrail_provider",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("connection_details", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardrail_connection")),
    )
    op.create_table(
        "response_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response", sa.String(length=4000), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "SYSTEM_DEFINED",
                "USER_DEFINED",
                name="ck_response_template_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_template")),
    )
    with op.batch_alter_table("response_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_template_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "guardrail_version_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guardrail_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "guardrail_provider",
            sa.Enum(
                "AWS",
                name="ck_guardrail_version_history_guardrail_provider",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("guardrail_configs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("guardrail_provider_response", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardrail_id"],
            ["guardrail.id"],
            name=op.f("fk_guardrail_version_history_guardrail_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardrail_version_history")),
    )
    with op.batch_alter_table("guardrail_version_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardrail_version_history_tenant_id"), ["tenant_id"], unique=False)


def downgrade() -> None:
    """Revert this revision."""
    with op.batch_alter_table("guardrail_version_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardrail_version_history_tenant_id"))

    op.drop_table("guardrail_version_history")
    with op.batch_alter_table("response_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_template_tenant_id"))

    op.drop_table("response_template")
    op.drop_table("guardrail_connection")
    with op.batch_alter_table("guardrail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardrail_tenant_id"))

    op.drop_table("guardrail")
