from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[str] = mapped_column(String(20), index=True)
    from_: Mapped[str] = mapped_column("from", String(20))


class Order(Base):
    __tablename__ = "order"
    __table_args__ = (UniqueConstraint("select", name="unique"), Index("index", "values"))

    id: Mapped[int] = mapped_column(primary_key=True)
    select: Mapped[str] = mapped_column(String(20))
    values_: Mapped[str] = mapped_column("values", String(20))
    table: Mapped[int] = mapped_column(ForeignKey("user.id"))
