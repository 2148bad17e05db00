"""Nagios and Icinga, by a command that posts their macros."""

from urllib.parse import urlencode

import pytest
from hypothesis import given

from incidents import intake
from integrations.inbound import nagios
from tests.factories import NOON
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "nagios"
FORM = "application/x-www-form-urlencoded"


def service(kind="PROBLEM", state="CRITICAL"):
    return {
        "NOTIFICATIONTYPE": kind,
        "HOSTNAME": "db-1",
        "HOSTSTATE": "UP",
        "HOSTOUTPUT": "PING OK",
        "SERVICEDESC": "Disk /var",
        "SERVICESTATE": state,
        "SERVICEOUTPUT": "DISK CRITICAL - free space: 2 %",
    }


def host(kind="PROBLEM", state="DOWN"):
    return {
        "NOTIFICATIONTYPE": kind,
        "HOSTNAME": "db-1",
        "HOSTSTATE": state,
        "HOSTOUTPUT": "PING CRITICAL",
    }


@pytest.mark.django_db
def test_a_service_opens_is_acknowledged_and_ends(tool):
    [event] = tool.says(service())
    assert event.dedup_key == "db-1/Disk /var"
    assert event.body["severity"] == "critical"
    assert event.body["summary"] == (
        "Disk /var on db-1 is CRITICAL: DISK CRITICAL - free space: 2 %"
    )

    [event] = tool.says(service("ACKNOWLEDGEMENT"))
    assert event.outcome == "acknowledged"
    assert tool.says(service("DOWNTIMESTART")) == []
    tool.says(service("RECOVERY", "OK"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_a_host_and_its_service_are_apart(tool):
    tool.says(service())
    tool.says(host())
    tool.says(host("RECOVERY", "UP"))

    assert len(tool.open_incidents) == 1


@pytest.mark.django_db
def test_a_form_will_do(tool):
    """This is what curl sends, without knowing of JSON."""
    body = urlencode(host()).encode()

    assert tool.post(body, content_type=FORM).status_code == 202
    intake.process(NOON)
    assert tool.open_incidents == ["db-1 is DOWN: PING CRITICAL"]


@pytest.mark.parametrize("name", ["$HOSTNAME$", "NAGIOS_HOSTNAME", "host.name"])
def test_the_macros_may_be_written_as_people_do(name):
    [event] = nagios.read({name: "db-1", "hoststate": "down"})

    assert event.body["summary"] == "db-1 is DOWN"


@given(broken(service()) | broken(host()) | ODD)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(nagios.read, payload))
