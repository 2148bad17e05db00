"""Sentry's internal integrations, and the older plugin."""

import pytest
from hypothesis import given

from integrations.inbound import sentry
from tests.integrations.inbound.conftest import ODD, broken, words_of

KIND = "sentry"


def rule():
    return {
        "action": "triggered",
        "actor": {"id": "sentry", "name": "Sentry", "type": "application"},
        "data": {
            "event": {
                "culprit": "checkout in pay",
                "datetime": "2027-03-10T11:58:00.000000Z",
                "event_id": "e4874d664c3540c1a32eab185f12c5ab",
                "issue_id": "1170820242",
                "level": "fatal",
                "environment": "production",
                "project": 1,
                "title": "ReferenceError: total is not defined",
                "web_url": "https://sentry.io/organizations/acme/issues/1170820242/",
            },
            "triggered_rule": "New fatal errors",
        },
    }


def issue(action):
    return {
        "action": action,
        "data": {
            "issue": {
                "id": "1170820242",
                "shortId": "SHOP-1",
                "title": "ReferenceError: total is not defined",
                "culprit": "checkout in pay",
                "level": "error",
                "project": {"id": "1", "name": "Shop", "slug": "shop"},
                "permalink": "https://sentry.io/organizations/acme/issues/1170820242/",
            }
        },
    }


def metric(action):
    return {
        "action": action,
        "data": {
            "description_text": "1000 events in the last 10 minutes",
            "description_title": "Too many errors",
            "metric_alert": {
                "id": "4",
                "date_started": "2027-03-10T11:50:00Z",
                "projects": ["shop"],
                "title": "Too many errors",
            },
            "web_url": "https://sentry.io/organizations/acme/alerts/rules/details/4/",
        },
    }


def plugin():
    return {
        "id": "27379932",
        "project": "shop",
        "project_name": "Shop",
        "culprit": "checkout in pay",
        "level": "error",
        "url": "https://sentry.io/acme/shop/issues/27379932/",
        "event": {"title": "Payment failed", "environment": "production"},
    }


@pytest.mark.django_db
def test_an_issue_opens_by_a_rule_and_ends_when_it_is_resolved(tool):
    [event] = tool.says(rule())
    assert event.dedup_key == "issue:1170820242"
    assert event.body["severity"] == "critical"
    assert event.body["class"] == "New fatal errors"
    assert event.body["group"] == "production"

    assert tool.says(issue("assigned")) == []
    tool.says(issue("resolved"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_a_metric_alert_opens_and_ends(tool):
    [event] = tool.says(metric("critical"))
    assert event.body["severity"] == "critical"
    assert event.body["source"] == "shop"
    assert tool.open_incidents == ["Too many errors"]

    tool.says(metric("resolved"))
    assert tool.open_incidents == []


@pytest.mark.django_db
def test_the_plugin_opens(tool):
    tool.says(plugin())

    assert tool.open_incidents == ["Payment failed"]


@pytest.mark.django_db
def test_news_of_the_integration_itself_page_nobody(tool):
    assert tool.says({"action": "created", "data": {"installation": {}}}) == []


@given(
    broken(rule())
    | broken(issue("created"))
    | broken(metric("critical"))
    | broken(plugin())
    | ODD
)
def test_odd_values_are_read_or_refused_in_words(payload):
    assert all(words_of(sentry.read, payload))
