"""The customers of an installation."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class Tenant(Base):
    """A customer, known to other systems by its UUID."""

    __tablename__ = "tenant"

    uuid: Mapped[str] = mapped_column(String(36))
