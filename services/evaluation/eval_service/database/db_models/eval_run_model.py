"""Evaluations that were run: the prompts and the responses to them."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class EvalRun(Base):
    """One evaluation and how it ended."""

    __tablename__ = "eval_run"

    name: Mapped[str] = mapped_column(unique=True)
    eval_id: Mapped[str]
    config_id: Mapped[str]
    passed: Mapped[str]
    failed: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)


class EvalResultPrompt(Base):
    """A prompt that was tried."""

    __tablename__ = "eval_result_prompt"

    eval_run_id: Mapped[int] = mapped_column(ForeignKey("eval_run.id", ondelete="CASCADE"))
    prompt_uuid: Mapped[str] = mapped_column(unique=True)
    prompt: Mapped[str] = mapped_column(Text)


class EvalResultResponse(Base):
    """What one application answered to a prompt."""

    __tablename__ = "eval_result_response"

    eval_run_id: Mapped[int] = mapped_column(ForeignKey("eval_run.id", ondelete="CASCADE"))
    eval_result_prompt_uuid: Mapped[str] = mapped_column(ForeignKey("eval_result_prompt.prompt_uuid"))
    response: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None]
