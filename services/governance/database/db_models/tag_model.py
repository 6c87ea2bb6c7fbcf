"""Tags that classify the contents of messages."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import enum_type


class TagType(StrEnum):
    """Who brought a tag in."""

    SYSTEM_DEFINED = "SYSTEM_DEFINED"
    USER_DEFINED = "USER_DEFINED"


class Tag(Base):
    """A kind of content, such as a phone number."""

    __tablename__ = "tag"

    name: Mapped[str]
    type: Mapped[TagType] = mapped_column(enum_type(TagType, name="ck_tag_type"))
    description: Mapped[str | None] = mapped_column(String(4000))
