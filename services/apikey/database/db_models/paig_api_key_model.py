"""Keys with which applications call the product."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class PaigApiKey(Base):
    """A key of one application, made by one user."""

    __tablename__ = "paig_api_key"

    key_id: Mapped[str] = mapped_column(unique=True)
    api_key_name: Mapped[str]
    user_id: Mapped[int]
    key_status: Mapped[str]
    expiry: Mapped[datetime | None]
    never_expire: Mapped[bool] = mapped_column(default=False)
    application_id: Mapped[int] = mapped_column(ForeignKey("ai_application.id", ondelete="CASCADE"))
