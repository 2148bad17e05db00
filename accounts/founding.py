"""The operation by which an app's first migration makes its tables."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Creates models that may point at each other in any way.

    Django renders every model anew for each CreateModel, which on an empty database
    takes longer than all else; here it renders them once.
    """

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Whoever asks for the rendered models next gets all of them, rendered anew.
        vars(state).pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, *how: Any) -> None:
        for model in self.models:
            model.database_forwards(app_label, *how)

    def database_backwards(self, app_label: str, *how: Any) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, *how)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"
