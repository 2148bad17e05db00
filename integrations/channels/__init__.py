"""Ways to reach a person: one module each, which registers itself when loaded."""

import importlib
import pkgutil


def load() -> None:
    """Import every channel there is."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
