import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from database.db_models.shelf_model import Shelf  # noqa: E402

__all__ = ["Shelf"]
