"""A base without any model."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
