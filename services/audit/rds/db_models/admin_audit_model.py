"""The record of what administrators changed."""

from typing import Any

from sqlalchemy import JSON, Double
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class AdminAudit(Base):
    """One change of one object, with its state before and after."""

    __tablename__ = "admin_audits"

    log_id: Mapped[str]
    log_time: Mapped[float] = mapped_column(Double, index=True)  # MySQL's FLOAT would round it to minutes
    action: Mapped[str]
    object_type: Mapped[str]
    object_name: Mapped[str]
    object_state: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    object_state_previous: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    tenant_id: Mapped[str]
    transaction_id: Mapped[str] = mapped_column(index=True)
