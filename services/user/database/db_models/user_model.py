"""The people who sign in."""

from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base


class User(Base):
    """A person with an account."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(unique=True)
    first_name: Mapped[str]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    is_tenant_owner: Mapped[bool] = mapped_column(default=False)
    password: Mapped[str | None]
    session_token: Mapped[str | None]
    status: Mapped[int] = mapped_column(default=1)
