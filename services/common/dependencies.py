"""What an endpoint can ask FastAPI for."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Yield a session for one request; what the endpoint does not commit is rolled back."""
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]
