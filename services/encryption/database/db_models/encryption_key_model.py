"""The keys that messages are encrypted with."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import enum_type


class EncryptionKeyStatus(StrEnum):
    """How far a key may still be used."""

    ACTIVE = "ACTIVE"
    PASSIVE = "PASSIVE"
    DISABLED = "DISABLED"
    DELETED = "DELETED"


class EncryptionKeyType(StrEnum):
    """Which side a key belongs to."""

    SERVER = "SERVER"
    PLUGIN = "PLUGIN"


class EncryptionKey(Base):
    """A pair of keys; the private one is encrypted with the master key."""

    __tablename__ = "encryption_key"

    public_key: Mapped[str] = mapped_column(String(2048))
    private_key: Mapped[str] = mapped_column(String(4096))
    key_status: Mapped[EncryptionKeyStatus] = mapped_column(
        enum_type(EncryptionKeyStatus, name="ck_encryption_key_key_status")
    )
    key_type: Mapped[EncryptionKeyType] = mapped_column(enum_type(EncryptionKeyType, name="ck_encryption_key_key_type"))
