import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

PREFIX = "audit"


class Base(DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"{PREFIX}_{cls.__name__.lower()}"


class Event(Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class Actor(Base):
    __tablename__ = "audit_actor"
    __table_args__ = {"schema": "audit"}

    id: Mapped[int] = mapped_column(primary_key=True)


event_actor = sa.Table("audit_event_actor", Base.metadata, sa.Column("event_id", sa.Integer))
