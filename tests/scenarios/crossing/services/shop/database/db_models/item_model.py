from services.base import Base
from sqlalchemy.orm import Mapped, mapped_column


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
