"""The two levels of keys that protect API keys."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class PaigKeyColumns:
    """What the keys of both levels have in common."""

    key_id: Mapped[str] = mapped_column(unique=True)
    paig_key_value: Mapped[str] = mapped_column(String(1024))
    key_status: Mapped[str]


class PaigLevel1EncryptionKey(PaigKeyColumns, Base):
    """A key that encrypts the keys of level 2."""

    __tablename__ = "paig_level1_encryption_key"


class PaigLevel2EncryptionKey(PaigKeyColumns, Base):
    """A key that encrypts API keys."""

    __tablename__ = "paig_level2_encryption_key"
