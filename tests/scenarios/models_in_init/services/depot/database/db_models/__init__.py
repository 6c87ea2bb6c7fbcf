"""One model here, one in a module of its own, which is exported here."""

from sqlalchemy.orm import Mapped, mapped_column

from services.depot.database.db_models.base import Base
from services.depot.database.db_models.shelf_model import Shelf

__all__ = ["Base", "Box", "Shelf"]


class Box(Base):
    __tablename__ = "box"

    id: Mapped[int] = mapped_column(primary_key=True)
