"""Guardrails, their earlier versions, and the providers that enforce them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import enum_type


class GuardrailProvider(StrEnum):
    """The providers of guardrails."""

    AWS = "AWS"


class Guardrail(Base):
    """A set of rules that a provider holds messages against."""

    __tablename__ = "guardrail"

    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    guardrail_provider: Mapped[GuardrailProvider | None] = mapped_column(
        enum_type(GuardrailProvider, name="ck_guardrail_guardrail_provider")
    )
    guardrail_configs: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    guardrail_provider_response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tenant_id: Mapped[str] = mapped_column(index=True)


class GuardrailVersionHistory(Base):
    """A guardrail as it was in one of its versions."""

    __tablename__ = "guardrail_version_history"

    guardrail_id: Mapped[int] = mapped_column(ForeignKey("guardrail.id", ondelete="CASCADE"))
    name: Mapped[str]
    version: Mapped[int]
    guardrail_provider: Mapped[GuardrailProvider | None] = mapped_column(
        enum_type(GuardrailProvider, name="ck_guardrail_version_history_guardrail_provider")
    )
    guardrail_configs: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    guardrail_provider_response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tenant_id: Mapped[str] = mapped_column(index=True)


class GuardrailConnection(Base):
    """How to reach a provider."""

    __tablename__ = "guardrail_connection"

    name: Mapped[str]
    guardrail_provider: Mapped[GuardrailProvider] = mapped_column(
        enum_type(GuardrailProvider, name="ck_guardrail_connection_guardrail_provider")
    )
    connection_details: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
