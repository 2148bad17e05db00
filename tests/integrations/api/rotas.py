"""Schedules as callers of the API send them, in few words."""

from typing import Any

from tests import factories
from tests.conftest import World

DAY = 86400
WEEK = 7 * DAY
START = "2027-03-01T09:00:00+01:00"
SPRING = {"since": "2027-03-10T00:00:00+01:00", "until": "2027-03-12T00:00:00+01:00"}


def people(world: World, *names: str) -> dict[str, str]:
    """Make people; this will answer their ids by name."""
    return {
        name: factories.person(world.account, name).membership.public_id
        for name in names
    }


def layer(users: list[str], turn: int, virtual_start: str, **fields: Any) -> dict:
    """Describe a layer of these users."""
    return {
        "start": virtual_start,
        "rotation_virtual_start": virtual_start,
        "rotation_turn_length_seconds": turn,
        "users": [{"user": {"id": pk, "type": "user_reference"}} for pk in users],
        **fields,
    }


def schedule(zone: str, *layers: dict, **fields: Any) -> dict:
    """Wrap a schedule of these layers, from the lowest precedence up."""
    return {
        "schedule": {
            "type": "schedule",
            "name": "Primary",
            "time_zone": zone,
            "schedule_layers": list(layers),
            **fields,
        }
    }


def daily(opens: str, seconds: int) -> dict:
    """Describe a daily restriction."""
    return {
        "type": "daily_restriction",
        "start_time_of_day": opens,
        "duration_seconds": seconds,
    }


def override(user: str, start: str, end: str) -> dict:
    """Describe an override."""
    return {
        "start": start,
        "end": end,
        "user": {"id": user, "type": "user_reference"},
    }


def entries(part: dict) -> list[tuple[str, str, str]]:
    """Shorten rendered entries to name, start and end."""
    return [
        (entry["user"]["summary"], entry["start"], entry["end"])
        for entry in part["rendered_schedule_entries"]
    ]


def primary_body(ids: dict[str, str], **fields: Any) -> dict:
    """Describe a schedule of Alice and Bob, who change daily."""
    both = layer([ids["alice"], ids["bob"]], DAY, START, name="Daily")
    return schedule("Europe/Berlin", both, **fields)


def path(shown: dict) -> str:
    """The address of a schedule that was answered."""
    return f"/schedules/{shown['id']}"


def final(api: Any, shown: dict, **query: Any) -> list[tuple[str, str, str]]:
    """Who is on call in the end; of three days in spring, if no period is given."""
    answer = api.get(path(shown), **(query or SPRING)).json()["schedule"]
    return entries(answer["final_schedule"])
