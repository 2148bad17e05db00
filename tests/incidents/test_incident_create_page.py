"""Opening an incident by hand."""

from tests.incidents.pages import says


def test_the_form_says_who_will_be_paged(acme, alice):
    text = says(alice.get(f"/incidents/new/?service={acme.service.public_id}"))

    assert "Create and page Alice" in text


def test_without_scripts_a_button_says_who_will_be_paged(acme, alice):
    response = alice.post(
        "/incidents/new/",
        {"title": "Slow", "service": acme.service.public_id, "preview": "1"},
    )

    assert "Create and page Alice" in says(response)
    assert 'value="Slow"' in says(response)
    assert not acme.account.incidents.exists()


def test_the_fragment_says_when_nobody_can_be_paged(acme, alice):
    acme.account.contact_methods.all().delete()

    response = alice.get(
        "/incidents/new/responders/", {"service": acme.service.public_id}
    )

    assert "Nobody can be paged right now" in says(response)


def test_an_assignee_is_paged_instead_of_the_policy(acme, alice):
    response = alice.get(
        "/incidents/new/responders/",
        {
            "service": acme.service.public_id,
            "assignee": acme.bob.membership.public_id,
        },
    )

    assert "Create and page Bob" in says(response)


def test_an_incident_is_opened_by_hand(acme, alice):
    response = alice.post(
        "/incidents/new/",
        {"title": "Shop is slow", "service": acme.service.public_id},
        follow=True,
    )

    incident = acme.account.incidents.get()
    assert incident.title == "Shop is slow"
    assert "Alice opened the incident" in says(response)
    assert incident.notifications.count() == 1


def test_a_mistake_loses_nothing_that_was_typed(acme, alice):
    response = alice.post(
        "/incidents/new/", {"title": "", "description": "A long story"}
    )

    assert response.status_code == 422
    assert "A long story" in says(response)
    assert not acme.account.incidents.exists()


def test_another_accounts_service_cannot_have_an_incident_of_ours(acme, globex, alice):
    response = alice.post(
        "/incidents/new/", {"title": "x", "service": globex.service.public_id}
    )

    assert response.status_code == 422
    assert not globex.account.incidents.exists()


def test_an_observer_cannot_open_one(acme, olga):
    assert olga.get("/incidents/new/").status_code == 403
