"""Find services and model modules, import them, and hand over the metadata that they declare."""

from dbtasks.services.declared import Declaration, Models, Notice, load
from dbtasks.services.files import Module, Service, find
from dbtasks.services.owners import owners, touched

__all__ = ["Declaration", "Models", "Module", "Notice", "Service", "find", "load", "owners", "touched"]
