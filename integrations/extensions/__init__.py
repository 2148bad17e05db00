"""Extensions: what each kind of them is, and how it brings news to its receiver.

A kind is one module here, which registers itself when loaded.
"""

import importlib
import pkgutil


def load() -> None:
    """Import every kind there is."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
