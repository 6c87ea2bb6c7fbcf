<%! from dbtasks.runtime import template %>${"r" if "\\" in message else ""}"""${template.summary(message)}

Revision ID: ${up_revision}
Revises: ${template.names(down_revision)}
Create Date: ${create_date}${template.services(context)}
"""

${template.imports(imports, upgrades, downgrades, unfinished=not (upgrades or isinstance(down_revision, tuple)))}

revision: str = ${template.literal(up_revision)}
down_revision: str | Sequence[str] | None = ${template.literal(down_revision)}
branch_labels: str | Sequence[str] | None = ${template.literal(branch_labels)}
depends_on: str | Sequence[str] | None = ${template.literal(depends_on)}


def upgrade() -> None:
    """Apply this revision."""${template.body(upgrades)}


def downgrade() -> None:
    """Revert this revision."""${template.body(downgrades)}
