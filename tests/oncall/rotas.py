"""Schedules in few words, for tests that read like a rota."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.schedules import Layer, Restriction, Schedule, Shift, final_shifts

ANA, BEN, CEM, DEE = 1, 2, 3, 4
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = 7 * DAY


def at(text):
    """An instant as written, such as 2027-05-18T09:00+02:00."""
    instant = datetime.fromisoformat(text)
    assert instant.tzinfo
    return instant


def shift(user, start, end):
    return Shift(at(start), at(end), user)


def layer(users, turn, virtual_start, *restrictions, start=None, end=None):
    return Layer(
        start=at(start or virtual_start),
        end=at(end) if end else None,
        virtual_start=at(virtual_start),
        turn_length=turn,
        users=users,
        restrictions=restrictions,
    )


def daily(opens, duration):
    return Restriction("daily", time.fromisoformat(opens), duration)


def weekly(weekday, opens, duration):
    return Restriction("weekly", time.fromisoformat(opens), duration, weekday)


def schedule(zone, *layers, overrides=()):
    return Schedule(ZoneInfo(zone), layers, overrides)


def final(of, start, end, **options):
    return final_shifts(of, at(start), at(end), **options)
