from typing import Any

from sqlalchemy import JSON, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class LongDefault(Base):
    __tablename__ = "long_default"

    id: Mapped[int] = mapped_column(primary_key=True)
    long: Mapped[str | None] = mapped_column(Text, server_default="something")
    json_default: Mapped[dict[str, Any]] = mapped_column(JSON, server_default='{"a": 1, "b": [":c", "50%"]}')
    json_sql: Mapped[list[Any]] = mapped_column(JSON, server_default=text("'[]'"))
    variant: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"), server_default="{}")
    mutable_list: Mapped[list[Any]] = mapped_column(
        MutableList.as_mutable(JSON().with_variant(JSONB(), "postgresql")), server_default="[]"
    )


metadata = Base.metadata
