"""Create the governance service.

Revision ID: afe24a6da5dc
Revises: b75e71dd4df2
Create Date: 2026-11-24 03:32:29.843837+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import services.common.types

revision: str = "afe24a6da5dc"
down_revision: str | Sequence[str] | None = "b75e71dd4df2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "ai_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=True),
        sa.Column("application_key", sa.String(length=255), nullable=False),
        sa.Column("vector_dbs", services.common.types.StringList(length=255), nullable=True),
        sa.Column("guardrails", services.common.types.StringList(length=255), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_application")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "SYSTEM_DEFINED",
                "USER_DEFINED",
                name="ck_tag_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=4000), nullable=True),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_table(
        "vector_db",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "OPENSEARCH", "MILVUS", name="ck_vector_db_type", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("user_enforcement", sa.String(length=255), nullable=False),
        sa.Column("group_enforcement", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_db")),
    )
    op.create_table(
        "vector_db_metadata_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "SYSTEM_DEFINED",
                "USER_DEFINED",
                name="ck_vector_db_metadata_key_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("data_type", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_db_metadata_key")),
    )
    op.create_table(
        "ai_application_config",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allowed_users", services.common.types.StringList(length=255), nullable=True),
        sa.Column("allowed_groups", services.common.types.StringList(length=255), nullable=True),
        sa.Column("allowed_roles", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_users", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_groups", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_roles", services.common.types.StringList(length=255), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["ai_application.id"],
            name=op.f("fk_ai_application_config_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_application_config")),
    )
    op.create_table(
        "ai_application_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=4000), nullable=False),
        sa.Column("users", services.common.types.StringList(length=255), nullable=True),
        sa.Column("groups", services.common.types.StringList(length=255), nullable=True),
        sa.Column("roles", services.common.types.StringList(length=255), nullable=True),
        sa.Column("tags", services.common.types.StringList(length=255), nullable=True),
        sa.Column(
            "prompt",
            sa.Enum(
                "ALLOW",
                "DENY",
                "REDACT",
                name="ck_ai_application_policy_prompt",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reply",
            sa.Enum(
                "ALLOW",
                "DENY",
                "REDACT",
                name="ck_ai_application_policy_reply",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "enriched_prompt",
            sa.Enum(
                "ALLOW",
                "DENY",
                "REDACT",
                name="ck_ai_application_policy_enriched_prompt",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["ai_application.id"],
            name=op.f("fk_ai_application_policy_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_application_policy")),
    )
    op.create_table(
        "vector_db_metadata_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metadata_id", sa.Integer(), nullable=False),
        sa.Column("metadata_value", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["metadata_id"],
            ["vector_db_metadata_key.id"],
            name=op.f("fk_vector_db_metadata_value_metadata_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_db_metadata_value")),
    )
    op.create_table(
        "vector_db_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vector_db_id", sa.Integer(), nullable=False),
        sa.Column("metadata_key", sa.String(length=255), nullable=False),
        sa.Column("metadata_value", sa.String(length=255), nullable=False),
        sa.Column("operator", sa.String(length=255), nullable=False),
        sa.Column("allowed_users", services.common.types.StringList(length=255), nullable=True),
        sa.Column("allowed_groups", services.common.types.StringList(length=255), nullable=True),
        sa.Column("allowed_roles", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_users", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_groups", services.common.types.StringList(length=255), nullable=True),
        sa.Column("denied_roles", services.common.types.StringList(length=255), nullable=True),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vector_db_id"], ["vector_db.id"], name=op.f("fk_vector_db_policy_vector_db_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_db_policy")),
    )


def downgrade() -> None:
    """Revert this revision."""
    op.drop_table("vector_db_policy")
    op.drop_table("vector_db_metadata_value")
    op.drop_table("ai_application_policy")
    op.drop_table("ai_application_config")
    op.drop_table("vector_db_metadata_key")
    op.drop_table("vector_db")
    op.drop_table("tag")
    op.drop_table("ai_application")
