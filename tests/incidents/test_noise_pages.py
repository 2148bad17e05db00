"""The pages about noise: settings, rules, held alerts, an incident's alerts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents import intake
from incidents.models import Service
from tests import factories
from tests.incidents.pages import says

MINUTE = timedelta(minutes=1)


def page_of(world, rest: str = "") -> str:
    return f"/services/{world.service.public_id}/{rest}"


def fresh(world) -> Service:
    return Service.across_accounts.get(pk=world.service.pk)


def send(world, *keys, **body):
    at = timezone.now()
    for key in keys:
        own = {"summary": f"{key} broke", "severity": "critical", **body}
        intake.receive(world.integration.key, "trigger", key, own, at=at)
    intake.process(at)


SETTINGS = {
    "grouping": "content_based",
    "grouping_window": "10",
    "grouping_match": "any",
    "grouping_fields": "source, custom_details.host",
    "auto_pause": "5",
    "storm_limit": "50",
}
RULE = {
    "name": "Staging",
    "condition-0-field": "source",
    "condition-0-operator": "contains",
    "condition-0-value": "staging",
}


def test_the_settings_are_saved_and_the_service_says_what_is_on(acme, alice):
    answer = alice.post(page_of(acme, "noise/"), SETTINGS)
    assert answer.status_code == 302
    service = fresh(acme)
    assert (service.grouping, service.grouping_match) == ("content_based", "any")
    assert service.grouping_fields == ["source", "custom_details.host"]
    assert (service.grouping_window, service.auto_pause) == (10 * MINUTE, 5 * MINUTE)
    assert service.storm_limit == 50
    assert acme.account.audit_entries.filter(action="updated service").exists()

    text = says(alice.get(page_of(acme)))
    assert "Alerts that agree in one of source, custom_details.host" in text
    assert "New alerts are held back for 5 min" in text
    assert "Beyond 50 new incidents in a minute" in text


def test_the_settings_show_what_is_stored(acme, alice):
    acme.service.auto_pause = timedelta(seconds=90)
    acme.service.grouping_fields = ["source", "class"]
    acme.service.save()
    text = says(alice.get(page_of(acme, "noise/")))
    assert '<option value="1.5" selected>' in text
    assert 'value="source, class"' in text

    kept = {**SETTINGS, "auto_pause": "1.5"}
    assert alice.post(page_of(acme, "noise/"), kept).status_code == 302
    assert fresh(acme).auto_pause == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"grouping_fields": ""}, "Name at least one field."),
        ({"grouping_fields": "hostname"}, "no field called hostname"),
        ({"grouping_fields": "custom_details."}, "no field called custom_details."),
        ({"grouping_window": "1441"}, "at most 1440 minutes"),
        ({"storm_limit": "0"}, "At least one incident must open."),
        ({"auto_pause": "7"}, "Select a valid choice"),
        ({"grouping": "intelligent"}, "Select a valid choice"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_with_the_others_kept(
    acme, alice, changes, complaint
):
    answer = alice.post(page_of(acme, "noise/"), {**SETTINGS, **changes})
    assert answer.status_code == 422
    assert complaint in says(answer)
    assert 'value="any" selected' in says(answer)
    assert fresh(acme).grouping == ""


def test_empty_settings_switch_everything_off(acme, alice):
    alice.post(page_of(acme, "noise/"), SETTINGS)
    alice.post(page_of(acme, "noise/"), {"grouping_match": "all"})
    service = fresh(acme)
    assert not any([service.grouping, service.grouping_fields, service.storm_limit])
    assert "Every alert opens an incident." in says(alice.get(page_of(acme)))


@pytest.mark.parametrize("rest", ["noise/", "noise/rules/"])
def test_a_responder_configures_nothing(acme, bob, rest):
    assert bob.get(page_of(acme, rest)).status_code == 403
    assert bob.post(page_of(acme, rest), {**SETTINGS, **RULE}).status_code == 403
    assert fresh(acme).grouping == ""
    assert not acme.account.suppression_rules.exists()


def test_a_rule_is_made_changed_switched_and_deleted(acme, alice):
    assert alice.post(page_of(acme, "noise/rules/"), RULE).status_code == 302
    rule = acme.service.suppression_rules.get()
    assert rule.conditions == [
        {"field": "source", "operator": "contains", "value": "staging"}
    ]
    own = page_of(acme, f"noise/rules/{rule.public_id}/")
    assert 'value="staging"' in says(alice.get(own))
    alice.post(own, {**RULE, "condition-0-value": "test"})
    rule.refresh_from_db()
    assert rule.conditions[0]["value"] == "test"

    assert "Disable rule Staging" in says(alice.get(own + "disable/"))
    for change, is_off in (("disable", True), ("enable", False)):
        alice.post(f"{own}{change}/")
        rule.refresh_from_db()
        assert bool(rule.disabled_at) is is_off
    alice.post(own + "delete/")
    assert not acme.service.suppression_rules.exists()


def test_conditions_are_added_and_removed_without_losing_what_was_typed(acme, alice):
    address = page_of(acme, "noise/rules/")
    text = says(alice.post(address, {**RULE, "do": "condition/add"}))
    assert 'name="condition-1-field"' in text
    assert 'value="staging"' in text
    text = says(alice.post(address, {**RULE, "do": "condition/remove/0"}))
    assert "condition-0-field" not in text
    assert 'value="Staging"' in text


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": ""}, "This field is required."),
        ({"condition-0-field": "hostname"}, "no field called hostname"),
        ({"condition-0-value": ""}, "Say what to look for."),
        (
            {"condition-0-operator": "matches", "condition-0-value": "("},
            "This pattern cannot be used",
        ),
        (
            {"condition-0-operator": "matches", "condition-0-value": "a" * 201},
            "A pattern has 1 to 200 characters.",
        ),
        ({"condition-0-operator": "sounds like"}, "Select a valid choice"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(acme, alice, changes, complaint):
    answer = alice.post(page_of(acme, "noise/rules/"), {**RULE, **changes})
    assert answer.status_code == 422
    assert complaint in says(answer)
    assert not acme.service.suppression_rules.exists()


def test_a_rule_needs_a_condition(acme, alice):
    answer = alice.post(page_of(acme, "noise/rules/"), {"name": "Empty"})
    assert answer.status_code == 422
    assert "A rule needs at least one condition." in says(answer)


def test_a_preview_says_what_a_rule_would_have_suppressed_and_saves_nothing(
    acme, alice
):
    send(acme, "a", "b", source="db1.staging")
    send(acme, "c", source="db1")
    answer = alice.post(page_of(acme, "noise/rules/"), {**RULE, "do": "preview"})
    assert "2 of the last 3 alerts" in says(answer)
    assert "a broke" in says(answer)
    assert "c broke" not in says(answer)
    assert not acme.service.suppression_rules.exists()


def test_a_rule_of_another_service_is_not_there(acme, alice):
    other = factories.service(acme.account, acme.policy, "Search")
    rule = other.suppression_rules.create(account=acme.account, name="Theirs")
    own = page_of(acme, f"noise/rules/{rule.public_id}/")
    assert alice.get(own).status_code == 404
    assert alice.post(own + "delete/").status_code == 404


def test_suppressed_alerts_can_be_looked_up_with_their_rule(acme, alice):
    alice.post(page_of(acme, "noise/rules/"), RULE)
    send(acme, "a", source="db1.staging")
    send(acme, "b", source="db1")
    text = says(alice.get(page_of(acme, "alerts/?held=suppressed")))
    assert "a broke" in text
    assert "b broke" not in text
    assert "Suppressed by a rule" in text
    assert "Staging" in text
    assert "b broke" in says(alice.get(page_of(acme, "alerts/")))
    assert "Suppressed by a rule" in says(alice.get(page_of(acme)))


def test_held_alerts_are_let_through_by_a_button(acme, bob):
    acme.service.auto_pause = 5 * MINUTE
    acme.service.save()
    send(acme, "a", "b")
    text = says(bob.get(page_of(acme)))
    assert "2 alerts are held back" in text
    assert "Let through now" in text
    assert "Held back" in says(bob.get(page_of(acme, "alerts/")))

    assert bob.get(page_of(acme, "let-through/")).status_code == 405
    answer = bob.post(page_of(acme, "let-through/"), follow=True)
    assert "Let 2 alerts through." in says(answer)
    assert acme.account.incidents.count() == 2


def test_an_observer_sees_held_alerts_but_lets_none_through(acme, olga):
    acme.service.auto_pause = 5 * MINUTE
    acme.service.save()
    send(acme, "a")
    text = says(olga.get(page_of(acme)))
    assert "1 alert is held back" in text
    assert "Let through now" not in text
    assert olga.post(page_of(acme, "let-through/")).status_code == 403
    assert not acme.account.incidents.exists()


def test_all_alerts_of_an_incident_are_listed_in_pages(acme, alice):
    acme.service.grouping = "time"
    acme.service.save()
    send(acme, *(f"key {number:03}" for number in range(60)))
    assert "All 60 alerts" in says(alice.get("/incidents/1/"))

    first = says(alice.get("/incidents/1/alerts/"))
    assert "60 alerts" in first
    assert "key 059 broke" in first
    assert "key 009 broke" not in first
    oldest_shown = acme.account.alerts.get(dedup_key="key 010").pk
    second = says(alice.get(f"/incidents/1/alerts/?cursor={oldest_shown}"))
    assert "key 009 broke" in second
    assert "key 010 broke" not in second


def test_an_address_with_a_strange_cursor_is_the_first_page(acme, alice):
    send(acme, "a")
    for cursor in ("x", "-1", "9" * 40, "٣"):
        answer = alice.get(page_of(acme, "alerts/"), {"cursor": cursor})
        assert answer.status_code == 200


def test_the_timeline_says_what_joined_and_when_a_storm_began(acme, alice):
    acme.service.storm_limit = 1
    acme.service.save()
    send(acme, "a", "b", "c")
    text = says(alice.get("/incidents/2/"))
    assert "Storm: 2 alerts on Checkout" in text
    assert "more than 1 incidents in a minute" in text
    send(acme, "d")
    assert "1 more joined the storm through Monitoring" in says(
        alice.get("/incidents/2/")
    )
