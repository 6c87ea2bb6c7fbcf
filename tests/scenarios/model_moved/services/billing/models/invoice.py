from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class Invoice(Base):
    __tablename__ = "invoice"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), index=True)
