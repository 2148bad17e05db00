"""Zabbix, by a webhook whose parameters are named after the macros."""

import pytest
from hypothesis import given

from integrations.inbound import zabbix
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "zabbix"


def problem(value="1", update="0", action=""):
    return {
        "event_id": "120043",
        "event_value": value,
        "event_name": "High CPU utilization",
        "event_severity": "High",
        "event_update_status": update,
        "event_update_action": action,
        "host_name": "web-3",
        "host_ip": "192.0.2.7",
        "zabbix_url": "https://zabbix.acme.example",
    }


@pytest.mark.django_db
def test_a_problem_opens_is_acknowledged_and_ends(tool):
    [event] = tool.says(problem())
    assert event.dedup_key == "120043"
    assert event.body["summary"] == "High CPU utilization"
    assert event.body["severity"] == "error"
    assert event.body["source"] == "web-3"

    [event] = tool.says(problem(update="1", action="acknowledged, commented"))
    assert event.outcome == "acknowledged"
    assert tool.says(problem(update="1", action="commented")) == []
    tool.says(problem("0"))
    assert tool.open_incidents == []


@pytest.mark.parametrize("name", ["{EVENT.ID}", "EVENT.ID", "eventid", "Event ID"])
def test_the_macros_may_be_written_as_people_do(name):
    [event] = zabbix.read({name: 7, "EVENT.NAME": "CPU"})

    assert (event.dedup_key, event.body["summary"]) == ("7", "CPU")


@given(broken(problem()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(zabbix.read, payload))
