"""The record of what was asked of the applications and what was answered."""

from typing import Any

from sqlalchemy import JSON, Double
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class AccessAudit(Base):
    """One request or reply, and what the policies made of it."""

    __tablename__ = "access_audits"

    event_id: Mapped[str] = mapped_column(index=True)
    event_time: Mapped[float] = mapped_column(Double, index=True)  # MySQL's FLOAT would round it to minutes
    request_type: Mapped[str] = mapped_column(index=True)
    result: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str] = mapped_column(index=True)
    app_name: Mapped[str] = mapped_column(index=True)
    messages: Mapped[list[dict[str, Any]]] = mapped_column(JSON(none_as_null=True))
    traits: Mapped[list[str]] = mapped_column(JSON(none_as_null=True))
    paig_policy_ids: Mapped[list[int]] = mapped_column(JSON(none_as_null=True))
    tenant_id: Mapped[str]
    thread_id: Mapped[str] = mapped_column(index=True)
