"""The key that encrypts the other keys."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class EncryptionMasterKey(Base):
    """A master key of the installation."""

    __tablename__ = "encryption_master_key"

    key: Mapped[str] = mapped_column(String(1024))
