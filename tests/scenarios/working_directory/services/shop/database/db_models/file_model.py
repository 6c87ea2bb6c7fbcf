from pathlib import Path

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PREFIX = Path("services/shop/prefix.txt").read_text(encoding="utf-8").strip()


class Base(DeclarativeBase):
    pass


class File(Base):
    __tablename__ = f"{PREFIX}_file"

    id: Mapped[int] = mapped_column(primary_key=True)
