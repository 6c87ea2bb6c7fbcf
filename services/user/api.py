"""Endpoints of the user service."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, status
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.common.dependencies import Session
from services.user.database.db_models.user_model import User

MAX_INTEGER = 2**31 - 1  # what an INTEGER holds on PostgreSQL and MySQL
PAGE, MAX_PAGE = 20, 100

router = APIRouter(prefix="/users", tags=["users"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class NewUser(BaseModel):
    """What a caller says of a user to be created."""

    username: Name
    first_name: Name
    last_name: Name | None = None
    email: Name | None = None


class UserView(BaseModel):
    """What a caller may see of a user: neither the password nor the session's token."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    first_name: str
    last_name: str | None
    email: str | None
    is_tenant_owner: bool
    status: int


@router.post("", status_code=status.HTTP_201_CREATED, response_model=UserView)
async def create_user(new: NewUser, session: Session) -> User:
    """Create a user; 409 when the username is taken."""
    user = User(**new.model_dump())
    session.add(user)
    try:
        await session.commit()
    except IntegrityError as error:
        detail = f"The username {new.username!r} is taken."
        raise HTTPException(status.HTTP_409_CONFLICT, detail) from error
    return user


@router.get("", response_model=list[UserView])
async def list_users(
    session: Session,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
    offset: Annotated[int, Query(ge=0, le=MAX_INTEGER)] = 0,
) -> Sequence[User]:
    """Return one page of users, the oldest first."""
    page = await session.scalars(select(User).order_by(User.id).limit(limit).offset(offset))
    return page.all()


@router.get("/{user_id}", response_model=UserView)
async def get_user(session: Session, user_id: Annotated[int, Path(ge=1, le=MAX_INTEGER)]) -> User:
    """Return one user; 404 when there is none."""
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"There is no user {user_id}.")
    return user
