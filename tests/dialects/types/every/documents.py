import uuid
from typing import Any

from sqlalchemy import JSON, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Document(Base):
    __tablename__ = "document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    other: Mapped[uuid.UUID | None]
    words: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    not_native: Mapped[uuid.UUID | None] = mapped_column(Uuid(native_uuid=False))
    json: Mapped[dict[str, Any]] = mapped_column(JSON)
    json_null: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    variant: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    mutable: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSON()))
    mutable_class: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSON))
    mutable_list: Mapped[list[Any]] = mapped_column(MutableList.as_mutable(JSON().with_variant(JSONB(), "postgresql")))


metadata = Base.metadata
