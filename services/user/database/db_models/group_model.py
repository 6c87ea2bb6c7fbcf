"""Groups of users, to which rights are given."""

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class Group(Base):
    """A named set of users."""

    __tablename__ = "group"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[int] = mapped_column(default=1)


class GroupMember(Base):
    """One user's place in one group."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_id", "user_id"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    status: Mapped[int] = mapped_column(default=1)
