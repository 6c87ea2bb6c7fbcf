"""Applications that can be evaluated."""

from typing import Any

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class EvalTarget(Base):
    """An application's address and how to talk to it."""

    __tablename__ = "eval_target"

    config: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    name: Mapped[str | None]
    url: Mapped[str | None] = mapped_column(Text)
