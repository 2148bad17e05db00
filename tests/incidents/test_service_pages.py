"""The pages of services and integrations, and the verbs behind them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor, NotPermitted
from incidents import actions, catalogue, intake
from incidents.models import Integration, Service
from tests import factories
from tests.incidents.pages import says


def fresh(service: Service) -> Service:
    return Service.across_accounts.get(pk=service.pk)


def fresh_key(integration: Integration) -> str:
    return Integration.across_accounts.get(pk=integration.pk).key


def page_of(service: Service, rest: str = "") -> str:
    return f"/services/{service.public_id}/{rest}"


# The directory


def test_the_directory_shows_state_people_and_counts(acme, alice):
    actions.open_incident(
        acme.service,
        actor=Actor("event", name="Monitoring"),
        at=timezone.now(),
        title="Down",
    )

    text = says(alice.get("/services/"))

    assert "Checkout" in text
    assert "Triggered" in text
    assert "Alice" in text
    assert "1 open incident of Checkout" in text


def test_the_directory_says_when_nobody_is_on_call(acme, alice):
    empty = factories.policy(acme.account, [], name="Empty")
    factories.service(acme.account, empty, name="Lonely")

    assert "Nobody on call" in says(alice.get("/services/"))


def test_the_directory_takes_as_many_queries_for_many_services_as_for_one(
    acme, alice, django_assert_max_num_queries
):
    with django_assert_max_num_queries(19) as few:
        alice.get("/services/")
    most = len(few)
    for number in range(10):
        policy = factories.policy(
            acme.account, [acme.bob.membership], name=f"Policy {number}"
        )
        service = factories.service(acme.account, policy, name=f"Service {number}")
        factories.integration(service)

    with django_assert_max_num_queries(most):
        alice.get("/services/")


def test_the_directory_goes_on_by_name(acme, alice):
    for number in range(60):
        factories.service(acme.account, acme.policy, name=f"Service {number:02}")

    first = alice.get("/services/")
    second = alice.get("/services/", {"after": first.context["following"]})

    names = [row.service.name for row in second.context["rows"]]
    assert names == [f"Service {number}" for number in range(49, 60)]
    assert second.context["following"] == ""


def test_another_accounts_services_are_not_listed(acme, mallory):
    acme.service.name = "Secret of Acme"
    acme.service.save()

    assert "Secret of Acme" not in says(mallory.get("/services/"))


# A service


@pytest.mark.parametrize("rest", ["", "edit/", "disable/", "delete/"])
def test_another_accounts_service_is_not_there(acme, mallory, rest):
    assert mallory.get(page_of(acme.service, rest)).status_code == 404


def test_a_service_shows_its_key_its_example_and_who_is_paged(acme, alice):
    text = says(alice.get(page_of(acme.service)))

    assert acme.integration.masked_key in text
    assert "/v2/enqueue" in text
    assert "Alice" in text


def test_an_observer_sees_no_key(acme, olga):
    text = says(olga.get(page_of(acme.service)))

    assert acme.integration.key not in text
    assert "Send test event" not in text


def test_a_service_without_integration_says_what_to_do(acme, alice):
    acme.service.integrations.all().delete()

    assert "No integration yet" in says(alice.get(page_of(acme.service)))


def test_a_level_without_anybody_is_pointed_out(acme, alice):
    schedule = factories.schedule(acme.account)
    policy = factories.policy(
        acme.account, [acme.alice.membership], [schedule], name="Gappy"
    )
    service = factories.service(acme.account, policy, name="Gappy")

    assert "Level 2 of the policy has nobody on call now" in says(
        alice.get(page_of(service))
    )


def service_form(world, **values) -> dict[str, str]:
    return {
        "name": "Search",
        "escalation_policy": world.policy.public_id,
        "urgency_rule": "high",
        "acknowledgement_timeout": "45",
        **values,
    }


def test_a_service_is_created(acme, alice):
    response = alice.post("/services/new/", service_form(acme), follow=True)

    service = acme.account.services.get(name="Search")
    assert service.acknowledgement_timeout.total_seconds() == 45 * 60
    assert service.auto_resolve_timeout is None
    assert "Created Search." in says(response)
    assert acme.account.audit_entries.get().action == "created service"


def test_a_name_is_given_once_and_nothing_typed_is_lost(acme, alice):
    response = alice.post(
        "/services/new/",
        service_form(acme, name="Checkout", description="A long story"),
    )

    assert response.status_code == 422
    assert "Another service has this name" in says(response)
    assert "A long story" in says(response)


def test_another_accounts_policy_cannot_be_chosen(acme, globex, alice):
    response = alice.post(
        "/services/new/",
        service_form(acme, escalation_policy=globex.policy.public_id),
    )

    assert response.status_code == 422
    assert not acme.account.services.filter(name="Search").exists()


def test_a_responder_cannot_configure(acme, bob):
    assert bob.get("/services/new/").status_code == 403
    assert bob.post(page_of(acme.service, "disable/")).status_code == 403
    with pytest.raises(NotPermitted):
        catalogue.create_service(
            acme.account,
            actor=Actor("web", acme.bob.membership),
            at=timezone.now(),
            name="Search",
            escalation_policy=acme.policy,
        )


def test_a_service_is_changed(acme, alice):
    alice.post(
        page_of(acme.service, "edit/"),
        service_form(acme, name="Checkout 2", acknowledgement_timeout=""),
    )

    service = fresh(acme.service)
    assert service.name == "Checkout 2"
    assert service.acknowledgement_timeout is None
    entry = acme.account.audit_entries.get()
    assert set(entry.details["changed"]) == {"name", "acknowledgement_timeout"}


def test_a_service_is_disabled_and_enabled(acme, alice):
    assert alice.get(page_of(acme.service, "disable/")).status_code == 200
    assert fresh(acme.service).disabled_at is None

    alice.post(page_of(acme.service, "disable/"))
    assert fresh(acme.service).disabled_at is not None

    alice.post(page_of(acme.service, "enable/"))
    assert fresh(acme.service).disabled_at is None


def test_a_service_without_history_is_deleted(acme, alice):
    response = alice.post(page_of(acme.service, "delete/"), follow=True)

    assert "Delete service Checkout" in says(response)
    assert not acme.account.services.exists()


def test_a_service_with_history_stays(acme, alice):
    actions.open_incident(
        acme.service,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now(),
        title="Down",
    )

    response = alice.post(page_of(acme.service, "delete/"), follow=True)

    assert "has a history" in says(response)
    assert acme.account.services.exists()


def test_a_change_that_does_not_exist_is_not_there(acme, alice):
    assert alice.post(page_of(acme.service, "explode/")).status_code == 404


# Integrations


def test_an_integration_is_added(acme, alice):
    response = alice.post(
        page_of(acme.service, "integrations/"), {"name": "Nagios"}, follow=True
    )

    integration = acme.service.integrations.get(name="Nagios")
    assert integration.key in says(response)
    assert len(integration.key) == 32


def test_an_integration_needs_a_name(acme, alice):
    response = alice.post(page_of(acme.service, "integrations/"), {"name": ""})

    assert response.status_code == 422
    assert acme.service.integrations.count() == 1


def test_a_key_is_rotated(acme, alice):
    before, now = acme.integration.key, timezone.now()
    url = f"/integrations/{acme.integration.public_id}/rotate/"
    assert "works for seven more days" in says(alice.get(url))
    assert fresh_key(acme.integration) == before

    alice.post(url)

    after = fresh_key(acme.integration)
    assert after != before
    for key in (before, after):
        assert intake.receive(key, "trigger", "x", {}, at=now) is not None
    later = now + timedelta(days=7, minutes=1)
    assert intake.receive(before, "trigger", "x", {}, at=later) is None


def test_an_old_key_is_stopped_before_its_time(acme, alice):
    before, base = acme.integration.key, f"/integrations/{acme.integration.public_id}/"
    alice.post(f"{base}rotate/")
    assert "old key still works" in says(alice.get(base))

    alice.post(f"{base}retire/")

    assert intake.receive(before, "trigger", "x", {}, at=timezone.now()) is None
    assert "old key still works" not in says(alice.get(base))


def test_an_integration_is_for_a_kind_of_tool(acme, alice):
    url = page_of(acme.service, "integrations/")

    alice.post(url, {"name": "Prometheus", "kind": "prometheus"})
    refused = alice.post(url, {"name": "Teapot", "kind": "teapot"})

    made = acme.service.integrations.get(name="Prometheus")
    assert made.kind == "prometheus"
    assert refused.status_code == 422
    page = says(alice.get(f"/integrations/{made.public_id}/"))
    assert f"/integration/{made.key}/enqueue" in page
    assert "webhook_configs" in page


def test_an_integration_says_what_became_of_events(acme, alice, olga):
    url = f"/integrations/{acme.integration.public_id}/"
    body = {"summary": "Disk full"}
    intake.receive(acme.integration.key, "trigger", "x", body, at=timezone.now())
    intake.process(timezone.now())

    assert "Opened an incident" in says(alice.get(url))
    assert acme.integration.key not in says(olga.get(url))


def test_an_integration_is_renamed_and_disabled(acme, alice):
    base = f"/integrations/{acme.integration.public_id}/"

    alice.post(f"{base}rename/", {"name": "Nagios"})
    alice.post(f"{base}disable/")

    integration = acme.service.integrations.get()
    assert integration.name == "Nagios"
    assert integration.disabled_at is not None


@pytest.mark.parametrize("rest", ["rename/", "disable/", "rotate/"])
def test_a_responder_cannot_change_an_integration(acme, bob, rest):
    url = f"/integrations/{acme.integration.public_id}/{rest}"

    assert bob.post(url, {"name": "x"}).status_code == 403
    assert fresh_key(acme.integration) == acme.integration.key


@pytest.mark.parametrize("rest", ["rename/", "disable/", "rotate/", "test/"])
def test_another_accounts_integration_is_not_there(acme, mallory, rest):
    url = f"/integrations/{acme.integration.public_id}/{rest}"

    assert mallory.post(url, {"name": "x"}).status_code == 404
    assert fresh_key(acme.integration) == acme.integration.key


def test_the_list_of_integrations_masks_the_keys(acme, olga):
    text = says(olga.get("/integrations/"))

    assert acme.integration.masked_key in text
    assert acme.integration.key not in text


# Test events


def test_a_test_event_goes_through_the_real_intake(acme, bob):
    response = bob.post(
        f"/integrations/{acme.integration.public_id}/test/", follow=True
    )

    event = acme.integration.events.get()
    assert event.action == "trigger"
    assert event.body["severity"] == "critical"
    assert "Test event for Checkout" in says(response)
    assert "Waiting" in says(response)


def test_an_observer_cannot_send_a_test_event(acme, olga):
    response = olga.post(f"/integrations/{acme.integration.public_id}/test/")

    assert response.status_code == 403
    assert not acme.integration.events.exists()


def test_a_get_sends_nothing(acme, bob):
    response = bob.get(f"/integrations/{acme.integration.public_id}/test/")

    assert response.status_code == 405
    assert not acme.integration.events.exists()


# Support hours


def office_hours(**fields) -> dict[str, object]:
    return {
        "urgency_rule": "use_support_hours",
        "support_time_zone": "Europe/Berlin",
        "support_days": ["1", "2", "3", "4", "5"],
        "support_start": "09:00",
        "support_end": "17:00",
        "urgency_in_hours": "high",
        "urgency_out_of_hours": "low",
        "raise_at_support_start": "on",
        **fields,
    }


def test_support_hours_are_set_and_told_in_a_sentence(acme, alice):
    response = alice.post(
        "/services/new/", service_form(acme, **office_hours()), follow=True
    )

    service = acme.account.services.get(name="Search")
    assert service.support_days == [1, 2, 3, 4, 5]
    assert service.raise_at_support_start
    text = says(response)
    assert "Monday to Friday, 09:00 to 17:00, Europe/Berlin" in text
    assert "become high when the support hours begin" in text
    assert "Now:" in text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"support_days": []}, "This field is required."),
        ({"support_start": ""}, "This field is required."),
        ({"support_end": "late"}, "Enter a valid time."),
        ({"support_time_zone": "Mars/Olympus"}, "Select a valid choice."),
        ({"urgency_in_hours": "low"}, "none can be raised"),
    ],
)
def test_support_hours_are_whole_or_refused(acme, alice, fields, why):
    values = service_form(acme, **office_hours(**fields))

    response = alice.post("/services/new/", values)

    assert response.status_code == 422
    assert why in says(response)
    assert not acme.account.services.filter(name="Search").exists()


def test_support_hours_that_do_not_count_are_not_asked_for(acme, alice):
    values = office_hours(urgency_rule="high", support_start="", support_days=[])

    alice.post("/services/new/", service_form(acme, **values))

    service = acme.account.services.get(name="Search")
    assert (service.urgency_rule, service.support_start) == ("high", None)


def test_support_hours_are_kept_while_another_rule_counts(acme, alice):
    alice.post("/services/new/", service_form(acme, **office_hours()))
    service = acme.account.services.get(name="Search")

    alice.post(page_of(service, "edit/"), service_form(acme, urgency_rule="low"))

    assert fresh(service).urgency_rule == "low"
    assert fresh(service).support_days == [1, 2, 3, 4, 5]
