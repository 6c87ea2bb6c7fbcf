"""Column types of this project."""

from typing import Any

from sqlalchemy import Dialect, String, TypeDecorator


class Upper(TypeDecorator[str]):
    """A text in capitals."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value.upper() if value else value
