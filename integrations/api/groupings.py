"""How a service groups alerts and holds them back, as callers say it."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from incidents.models import Service
from incidents.noise import fields

MOST_FIELDS = 10
SECONDS_OF_A_PAUSE = [0, 120, 180, 300, 600, 900]
A_DAY = 24 * 60 * 60


class TimeBody(serializers.Serializer[Any]):
    """Minutes in which alerts go together; 0 means until the incident is resolved."""

    timeout = serializers.IntegerField(
        min_value=0, max_value=1440, required=False, allow_null=True
    )


class ContentBody(serializers.Serializer[Any]):
    """Fields that alerts agree in, and the seconds in which they go together."""

    aggregate = serializers.ChoiceField(["all", "any"], required=False)
    fields_ = serializers.ListField(
        child=serializers.CharField(max_length=200),
        min_length=1,
        max_length=MOST_FIELDS,
    )
    time_window = serializers.IntegerField(
        min_value=0, max_value=A_DAY, required=False, allow_null=True
    )

    def validate_fields_(self, names: list[str]) -> list[str]:
        """Refuse a field that no alert has."""
        for name in names:
            if not fields.is_field(name):
                raise serializers.ValidationError(
                    f"Alerts have no field called {name}."
                )
        return list(dict.fromkeys(names))


class GroupingField(serializers.Field[Any, Any, Any, Any]):
    """The parameters of grouping, turned into what the service is set to."""

    default_error_messages = {
        "shape": "This must be an object with a type and a config.",
        "strange": "Alerts are grouped by time or content_based, not by {given}.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Read the type and what goes with it; raises ValidationError."""
        if not isinstance(data, dict):
            self.fail("shape")
        config = data.get("config") or {}
        given = data.get("type")
        if given not in (None, "", "time", "content_based"):
            self.fail("strange", given=given)
        if not given:
            return {"grouping": Service.Grouping.OFF.value}
        return by_time(config) if given == "time" else by_content(config)


class PauseBody(serializers.Serializer[Any]):
    """Whether, and for how many seconds, a new alert is held back."""

    enabled = serializers.BooleanField(required=False)
    timeout = serializers.ChoiceField(
        SECONDS_OF_A_PAUSE, required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a pause that is on, without a length."""
        if attrs.get("enabled") and not attrs.get("timeout"):
            raise serializers.ValidationError({"timeout": "This field is required."})
        return attrs


def by_time(config: Any) -> dict[str, Any]:
    """Group the alerts of some minutes; raises ValidationError."""
    minutes = _checked(TimeBody, config).get("timeout")
    return for_seconds((minutes or 0) * 60)


def for_seconds(seconds: int) -> dict[str, Any]:
    """Group the alerts of so many seconds; 0 means until the incident is resolved."""
    return {
        "grouping": Service.Grouping.TIME.value,
        "grouping_window": timedelta(seconds=seconds) if seconds else None,
    }


def by_content(config: Any) -> dict[str, Any]:
    """Group alerts that agree; raises ValidationError."""
    if isinstance(config, dict) and "fields" in config:
        # A serializer keeps its own fields under this name.
        config = {**config, "fields_": config["fields"]}
    sent = _checked(ContentBody, config)
    seconds = sent.get("time_window")
    return {
        "grouping": Service.Grouping.CONTENT.value,
        "grouping_match": sent.get("aggregate", "all"),
        "grouping_fields": sent["fields_"],
        "grouping_window": timedelta(seconds=seconds) if seconds else None,
    }


def pause(sent: dict[str, Any] | None) -> timedelta | None:
    """Say for how long alerts are held back."""
    if not sent or not sent.get("enabled"):
        return None
    return timedelta(seconds=sent["timeout"])


def _checked(body: type[serializers.Serializer[Any]], config: Any) -> dict[str, Any]:
    made = body(data=config)
    made.is_valid(raise_exception=True)
    return dict(made.validated_data)
