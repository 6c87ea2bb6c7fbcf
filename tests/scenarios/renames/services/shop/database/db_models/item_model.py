from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("mail", name="uq_users_mail"),
        CheckConstraint("mail <> ''", name="ck_users_mail"),
        Index("ix_users_mail", "mail", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    mail: Mapped[str] = mapped_column(String(50), server_default="none")


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", name="fk_orders_user_id"), index=True)
    note: Mapped[str | None] = mapped_column(String(20))
