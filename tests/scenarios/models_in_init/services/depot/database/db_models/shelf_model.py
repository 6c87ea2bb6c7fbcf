from sqlalchemy.orm import Mapped, mapped_column

from services.depot.database.db_models.base import Base


class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
