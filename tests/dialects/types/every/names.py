from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "order"
    __table_args__ = (
        Index("Index", "select", "Group"),
        CheckConstraint('"Group" > 0', name="Check").ddl_if(dialect="postgresql"),
    )

    id_: Mapped[int] = mapped_column("id", primary_key=True)
    select: Mapped[str] = mapped_column(String(20), index=True)
    group: Mapped[int] = mapped_column("Group")
    order_date: Mapped[int] = mapped_column("Order Date", unique=True)
    user_id: Mapped[int | None] = mapped_column("user", ForeignKey("MixedCase.Id"))
    user: Mapped["MixedCase"] = relationship()


class MixedCase(Base):
    __tablename__ = "MixedCase"

    id: Mapped[int] = mapped_column("Id", primary_key=True)
    camel_case: Mapped[str] = mapped_column("camelCase", String(20), index=True, server_default="A")
    type: Mapped[str] = mapped_column(String(20))


metadata: MetaData = Base.metadata

Table(
    "keyed",
    metadata,
    Column("id", Integer, primary_key=True, key="key"),
    Column("c_name", String(20), key="name", unique=True),
    Column("c_parent", ForeignKey("keyed.key"), key="parent"),
    Index("ix_keyed", "name", "parent"),
)

Table(
    "a_table_with_a_name_that_is_nearly_as_long_as_it_may_be",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a_column_with_a_rather_long_name", String(20), index=True, unique=True),
    Column("another_column_with_a_long_name", ForeignKey("order.id")),
)
