from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
