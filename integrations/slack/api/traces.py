"""Says where something went wrong, and not what was sent."""

import traceback


def place(error: Exception) -> str:
    """Name a failure and its place: its words could say what people wrote."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {where.name}, line {where.lineno}"
