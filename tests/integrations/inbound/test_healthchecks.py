"""Healthchecks.io's webhook, whose body is what it knows of a check."""

import pytest
from hypothesis import given

from integrations.inbound import healthchecks
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "healthchecks"


def check(status="down", name="Nightly backup"):
    return {
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "tags": "prod db",
        "desc": "",
        "grace": 3600,
        "n_pings": 12,
        "status": status,
        "last_ping": "2027-03-09T11:00:00+00:00",
        "timeout": 86400,
    }


@pytest.mark.django_db
def test_a_check_opens_and_ends_alone(tool):
    [event] = tool.says(check())
    assert event.dedup_key == "nightly-backup"
    assert event.body["summary"] == "Nightly backup is down"
    assert event.body["group"] == "prod db"
    tool.says(check(name="Reports"))

    tool.says(check("up"))
    assert tool.open_incidents == ["Reports is down"]


@given(broken(check()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(healthchecks.read, payload))
