from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.depot.database.db_models.base import Base
from services.depot.database.db_models.shelf_model import Shelf


class Report(Base):
    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id))
