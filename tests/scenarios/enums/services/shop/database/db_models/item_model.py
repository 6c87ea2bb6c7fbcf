import enum

from sqlalchemy import Enum
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    color: Mapped[Color] = mapped_column(server_default="RED")
    size: Mapped[str] = mapped_column(Enum("S", "M", name="size", native_enum=False, length=10, create_constraint=True))


class Box(Base):
    __tablename__ = "box"

    id: Mapped[int] = mapped_column(primary_key=True)
    color: Mapped[Color | None]
