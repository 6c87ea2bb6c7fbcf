from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.common.types import Upper


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Upper(8))
