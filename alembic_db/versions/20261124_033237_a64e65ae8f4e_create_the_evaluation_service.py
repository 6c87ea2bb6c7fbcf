"""Create the evaluation service.

Revision ID: a64e65ae8f4e
Revises: fe911fda36b8
Create Date: 2026-11-24 03:32:37.868380+00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a64e65ae8f4e"
down_revision: str | Sequence[str] | None = "fe911fda36b8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "eval_config",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_config")),
        sa.UniqueConstraint("name", name=op.f("uq_eval_config_name")),
    )
    with op.batch_alter_table("eval_config", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_config_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "eval_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("eval_id", sa.String(length=255), nullable=False),
        sa.Column("config_id", sa.String(length=255), nullable=False),
        sa.Column("passed", sa.String(length=255), nullable=False),
        sa.Column("failed", sa.String(length=255), nullable=False),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_run")),
        sa.UniqueConstraint("name", name=op.f("uq_eval_run_name")),
    )
    with op.batch_alter_table("eval_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_run_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "eval_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("config", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_target")),
    )
    op.create_table(
        "eval_config_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("eval_config_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("tenant_id", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["eval_config_id"], ["eval_config.id"], name=op.f("fk_eval_config_history_eval_config_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_config_history")),
    )
    with op.batch_alter_table("eval_config_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eval_config_history_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "eval_result_prompt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("eval_run_id", sa.Integer(), nullable=False),
        sa.Column("prompt_uuid", sa.String(length=255), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["eval_run_id"], ["eval_run.id"], name=op.f("fk_eval_result_prompt_eval_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_result_prompt")),
        sa.UniqueConstraint("prompt_uuid", name=op.f("uq_eval_result_prompt_prompt_uuid")),
    )
    op.create_table(
        "eval_result_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("eval_run_id", sa.Integer(), nullable=False),
        sa.Column("eval_result_prompt_uuid", sa.String(length=255), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("category", sa.String(length=255), nullable=True),
        sa.Column("create_time", sa.DateTime(), nullable=False),
        sa.Column("update_time", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["eval_result_prompt_uuid"],
            ["eval_result_prompt.prompt_uuid"],
            name=op.f("fk_eval_result_response_eval_result_prompt_uuid"),
        ),
        sa.ForeignKeyConstraint(
            ["eval_run_id"], ["eval_run.id"], name=op.f("fk_eval_result_response_eval_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_result_response")),
    )


def downgrade() -> None:
    """Revert this revision."""
    op.drop_table("eval_result_response")
    op.drop_table("eval_result_prompt")
    with op.batch_alter_table("eval_config_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_config_history_tenant_id"))

    op.drop_table("eval_config_history")
    op.drop_table("eval_target")
    with op.batch_alter_table("eval_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_run_tenant_id"))

    op.drop_table("eval_run")
    with op.batch_alter_table("eval_config", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eval_config_tenant_id"))

    op.drop_table("eval_config")
