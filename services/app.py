"""The application: brings the schema up to date when it starts, then serves the services' endpoints.

Serve it with ``uvicorn services.app:create_app --factory``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from pydantic import BaseModel

import dbtasks
from services.common.session import create_engine, create_session_factory
from services.user.api import router as users


class Health(BaseModel):
    """The answer of a running application."""

    status: str
    revision: str | None


def create_app(root: Path | None = None) -> FastAPI:
    """Return the application of the project at ``root``, else of the one around the working directory.

    The database is first touched when the application starts, not here.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        prepared = dbtasks.prepare_schema(root)
        engine = create_engine(dbtasks.load_settings(root).database.url)
        app.state.revision = prepared.revision
        app.state.sessions = create_session_factory(engine)
        try:
            yield
        finally:
            await engine.dispose()

    app = FastAPI(title="AI governance", lifespan=lifespan)
    app.add_api_route("/health", health)
    app.include_router(users)
    return app


async def health(request: Request) -> Health:
    """Return that the application runs, and the revision of the schema that it started on."""
    return Health(status="ok", revision=request.app.state.revision)
