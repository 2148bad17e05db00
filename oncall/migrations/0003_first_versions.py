"""Keeps what each schedule is as its first version."""

from datetime import timedelta
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SECOND = timedelta(seconds=1)


def _remember(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    database = editor.connection.alias
    schedules = apps.get_model("oncall", "Schedule")._default_manager.using(database)
    versions = apps.get_model("oncall", "ScheduleVersion")._default_manager
    for schedule in schedules.filter(versions=None).iterator():
        versions.using(database).create(
            account_id=schedule.account_id,
            schedule=schedule,
            number=1,
            created_at=schedule.created_at,
            snapshot=_snapshot(schedule),
        )


def _snapshot(schedule: Any) -> dict[str, Any]:
    layers = schedule.layers.order_by("position")
    return {
        "name": schedule.name,
        "description": schedule.description,
        "time_zone": schedule.time_zone,
        "team": schedule.team_id,
        "layers": [_layer(layer) for layer in layers],
    }


def _layer(layer: Any) -> dict[str, Any]:
    turns = layer.turns.order_by("position")
    return {
        "id": layer.pk,
        "public_id": layer.public_id,
        "name": layer.name,
        "starts_at": layer.starts_at.isoformat(),
        "ends_at": layer.ends_at and layer.ends_at.isoformat(),
        "rotation_virtual_start": layer.rotation_virtual_start.isoformat(),
        "turn_seconds": layer.turn_length // SECOND,
        "users": list(turns.values_list("membership_id", flat=True)),
        "restrictions": [
            {
                "kind": row.kind,
                "start_time": row.start_time.isoformat(),
                "seconds": row.duration // SECOND,
                "weekday": row.weekday,
            }
            for row in layer.restrictions.order_by("id")
        ],
    }


class Migration(migrations.Migration):
    dependencies = [("oncall", "0002_schedule_versions")]

    operations = [
        migrations.RunPython(_remember, migrations.RunPython.noop),
    ]
