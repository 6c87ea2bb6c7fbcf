from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


class CheapItem(Base):
    """Mapped to a view that says so."""

    __tablename__ = "cheap_item"
    __table_args__ = {"info": {"is_view": True}}

    id: Mapped[int] = mapped_column(primary_key=True)


class DearItem(Base):
    """Mapped to a view that a revision creates, and that does not say so."""

    __tablename__ = "dear_item"

    id: Mapped[int] = mapped_column(primary_key=True)
