"""How fields of our own look in a schema."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

STRING = {"type": "string"}


def is_known(field: Any) -> bool:
    """Say whether one of these describes the field, or it is none of our own."""
    if not type(field).__module__.startswith("integrations."):
        return True
    return OpenApiSerializerFieldExtension.get_match(field) is not None


class Reference(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A reference: only its id and its type count."""

    target_class = "integrations.api.bodies.ReferenceField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Say which types it may have."""
        kinds = [f"{kind}_reference" for kind in self.target.kinds]
        return {
            "type": "object",
            "properties": {"id": STRING, "type": {**STRING, "enum": kinds}},
            "required": ["id", "type"],
        }


class Restriction(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """When a layer of a schedule holds."""

    target_class = "integrations.api.schedule_bodies.RestrictionField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Say what daily and weekly ones have."""
        kinds = ["daily_restriction", "weekly_restriction"]
        return {
            "type": "object",
            "properties": {
                "type": {**STRING, "enum": kinds},
                "start_time_of_day": {**STRING, "example": "09:00:00"},
                "duration_seconds": {"type": "integer"},
                "start_day_of_week": {"type": "integer", "minimum": 1, "maximum": 7},
            },
            "required": ["type", "start_time_of_day", "duration_seconds"],
        }


class Turn(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """How long somebody's turn in a layer is."""

    target_class = "integrations.api.schedule_bodies.TurnField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Say that it counts seconds."""
        return {"type": "integer"}
