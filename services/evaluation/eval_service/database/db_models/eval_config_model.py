"""What an evaluation tries, and what it tried in earlier versions."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class EvalConfigColumns:
    """What a configuration and its earlier versions have in common."""

    purpose: Mapped[str] = mapped_column(Text)
    categories: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)


class EvalConfig(EvalConfigColumns, Base):
    """The purpose of an application and the kinds of attack to try on it."""

    __tablename__ = "eval_config"

    name: Mapped[str] = mapped_column(unique=True)


class EvalConfigHistory(EvalConfigColumns, Base):
    """A configuration as it was in one of its versions, so a name occurs more than once."""

    __tablename__ = "eval_config_history"

    eval_config_id: Mapped[int] = mapped_column(ForeignKey("eval_config.id"))
    name: Mapped[str]
