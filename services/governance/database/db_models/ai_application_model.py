"""AI applications under governance, who may use them, and what happens to their messages."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import StringList, enum_type


class PolicyAction(StrEnum):
    """What becomes of a message that a policy applies to."""

    ALLOW = "ALLOW"
    DENY = "DENY"
    REDACT = "REDACT"


class AIApplication(Base):
    """An application that sends prompts to a language model."""

    __tablename__ = "ai_application"

    name: Mapped[str]
    description: Mapped[str | None] = mapped_column(String(4000))
    application_key: Mapped[str]
    vector_dbs: Mapped[list[str] | None] = mapped_column(StringList(255))
    guardrails: Mapped[list[str] | None] = mapped_column(StringList(255))
    status: Mapped[int] = mapped_column(default=1)


class AIApplicationConfig(Base):
    """Who may and who may not use an application at all."""

    __tablename__ = "ai_application_config"

    allowed_users: Mapped[list[str] | None] = mapped_column(StringList(255))
    allowed_groups: Mapped[list[str] | None] = mapped_column(StringList(255))
    allowed_roles: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_users: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_groups: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_roles: Mapped[list[str] | None] = mapped_column(StringList(255))
    application_id: Mapped[int] = mapped_column(ForeignKey("ai_application.id", ondelete="CASCADE"))


class AIApplicationPolicy(Base):
    """What happens to messages with certain tags from certain people."""

    __tablename__ = "ai_application_policy"

    name: Mapped[str | None]
    description: Mapped[str] = mapped_column(String(4000))
    users: Mapped[list[str] | None] = mapped_column(StringList(255))
    groups: Mapped[list[str] | None] = mapped_column(StringList(255))
    roles: Mapped[list[str] | None] = mapped_column(StringList(255))
    tags: Mapped[list[str] | None] = mapped_column(StringList(255))
    prompt: Mapped[PolicyAction] = mapped_column(enum_type(PolicyAction, name="ck_ai_application_policy_prompt"))
    reply: Mapped[PolicyAction] = mapped_column(enum_type(PolicyAction, name="ck_ai_application_policy_reply"))
    enriched_prompt: Mapped[PolicyAction] = mapped_column(
        enum_type(PolicyAction, name="ck_ai_application_policy_enriched_prompt")
    )
    application_id: Mapped[int] = mapped_column(ForeignKey("ai_application.id", ondelete="CASCADE"))
