"""What the sender of a blocked message is told."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import enum_type


class ResponseTemplateType(StrEnum):
    """Who wrote a template."""

    SYSTEM_DEFINED = "SYSTEM_DEFINED"
    USER_DEFINED = "USER_DEFINED"


class ResponseTemplate(Base):
    """A text to answer with instead of the model's reply."""

    __tablename__ = "response_template"

    response: Mapped[str] = mapped_column(String(4000))
    type: Mapped[ResponseTemplateType] = mapped_column(
        enum_type(ResponseTemplateType, name="ck_response_template_type")
    )
    tenant_id: Mapped[str] = mapped_column(index=True)
