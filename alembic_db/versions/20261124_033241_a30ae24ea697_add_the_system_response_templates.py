"""Add the system response templates.

Revision ID: a30ae24ea697
Revises: 10dc804a518f
Create Date: 2026-11-24 03:32:41.764953+00:00
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "a30ae24ea697"
down_revision: str | Sequence[str] | None = "10dc804a518f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


TEMPLATES = sa.table(
    "response_template",
    sa.column("response", sa.String),
    sa.column("type", sa.String),
    sa.column("tenant_id", sa.String),
    sa.column("create_time", sa.DateTime),
    sa.column("update_time", sa.DateTime),
)
SYSTEM_TENANT = "1"
RESPONSES = (
    "Your message was not answered, because it holds personal data that may not leave the organization.",
    "Your message was not answered, because its topic is not allowed here.",
    "Your message was not answered, because its words may hurt others.",
    "Your message was not answered, because it tries to get round the rules of this application.",
)


def upgrade() -> None:
    """Add the four texts that every installation begins with."""
    now = datetime(2026, 11, 24)  # noqa: DTZ001 - the columns hold UTC without saying so
    op.bulk_insert(
        TEMPLATES,
        [
            {
                "response": response,
                "type": "SYSTEM_DEFINED",
                "tenant_id": SYSTEM_TENANT,
                "create_time": now,
                "update_time": now,
            }
            for response in RESPONSES
        ],
    )


def downgrade() -> None:
    """Delete these four, and no text that somebody wrote."""
    op.execute(
        TEMPLATES.delete()
        .where(TEMPLATES.c.type == "SYSTEM_DEFINED")
        .where(TEMPLATES.c.tenant_id == SYSTEM_TENANT)
        .where(TEMPLATES.c.response.in_(RESPONSES))
    )
