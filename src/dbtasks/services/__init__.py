"""Find services and model modules, import them, and hand over the metadata that they declare."""

from dbtasks.services.declared import Declaration, Models, Notice, load
from dbtasks.services.files import Module, Service, check_name, find
from dbtasks.services.owners import owners, touched
from dbtasks.services.undiscovered import Undiscovered, check_moved, moved, moved_error, undiscovered

__all__ = [
    "Declaration",
    "Models",
    "Module",
    "Notice",
    "Service",
    "Undiscovered",
    "check_moved",
    "check_name",
    "find",
    "load",
    "moved",
    "moved_error",
    "owners",
    "touched",
    "undiscovered",
]
