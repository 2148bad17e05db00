"""What tools send, turned into events: one module per format, and pure."""

import importlib
import pkgutil


def load() -> None:
    """Import every tool there is."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
