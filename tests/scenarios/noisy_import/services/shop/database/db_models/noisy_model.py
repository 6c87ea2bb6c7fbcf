import services.shop.settings  # noqa: F401
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Noisy(Base):
    __tablename__ = "noisy"

    id: Mapped[int] = mapped_column(primary_key=True)
