"""The pages that ask for help, answer, and keep others informed."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions, responders, status_updates
from incidents.models import Incident, Notification
from tests.incidents.pages import says


@pytest.fixture
def incident(acme) -> Incident:
    return actions.open_incident(
        acme.service,
        actor=Actor("event", name="Monitoring"),
        at=timezone.now(),
        title="Checkout is down",
    )


@pytest.fixture
def asked(acme, incident):
    return responders.ask(
        incident,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now(),
        people=[acme.bob.membership],
        message="Bring the runbook",
    ).responders[0]


def path(incident, rest="") -> str:
    return f"/incidents/{incident.number}/{rest}"


def test_people_are_asked_from_the_incidents_page(acme, alice, incident):
    assert "Add responders" in says(alice.get(path(incident)))
    fields = {"people": [acme.bob.membership.public_id], "message": "Bring coffee"}

    said = says(alice.post(path(incident, "ask/"), fields, follow=True))

    assert "Asked for help: Bob." in said
    assert "Alice asked for help from Bob" in said
    assert "Bring coffee" in said
    assert incident.responders.get().membership == acme.bob.membership


def test_a_refused_request_loses_nothing_that_was_typed(acme, alice, incident, asked):
    fields = {"people": [acme.bob.membership.public_id], "message": "Please hurry"}

    answer = alice.post(path(incident, "ask/"), fields)

    assert answer.status_code == 422
    assert "Bob was asked already and has not answered yet." in says(answer)
    assert "Please hurry" in says(answer)
    assert incident.responders.count() == 1


def test_asking_nobody_says_what_is_missing(alice, incident):
    answer = alice.post(path(incident, "ask/"), {"message": "Anybody?"})

    assert answer.status_code == 422
    assert "Choose at least one person, or a policy." in says(answer)


def test_nobody_of_another_account_can_be_asked(alice, incident, globex):
    fields = {"people": [globex.mallory.membership.public_id]}

    assert alice.post(path(incident, "ask/"), fields).status_code == 422
    assert not incident.responders.exists()


def test_who_was_asked_finds_the_question_on_top_and_accepts(bob, incident, asked):
    said = says(bob.get(path(incident)))
    assert "Alice asks for your help" in said
    assert "Bring the runbook" in said

    bob.post(path(incident, f"responders/{asked.public_id}/accept/"))

    asked.refresh_from_db()
    assert asked.state == "joined"
    said = says(bob.get(path(incident)))
    assert "asks for your help" not in said
    assert "Bob accepted and is helping" in said


def test_nobody_else_answers_for_them(alice, incident, asked):
    assert "asks for your help" not in says(alice.get(path(incident)))

    answer = alice.post(path(incident, f"responders/{asked.public_id}/accept/"))

    assert answer.status_code == 403
    asked.refresh_from_db()
    assert asked.state == "pending"


def test_the_requester_takes_it_back(alice, incident, asked):
    assert "Take back the request to Bob" in says(alice.get(path(incident)))

    alice.post(path(incident, f"responders/{asked.public_id}/cancel/"))

    asked.refresh_from_db()
    assert asked.state == "user_cancelled"


def test_a_late_answer_is_refused_in_words(bob, acme, incident, asked):
    responders.cancel(
        asked, actor=Actor("web", acme.alice.membership), at=timezone.now()
    )

    url = path(incident, f"responders/{asked.public_id}/accept/")
    said = says(bob.post(url, follow=True))

    assert "The request was taken back" in said


def test_an_observer_sees_who_helps_but_asks_nobody(olga, incident, asked):
    said = says(olga.get(path(incident)))

    assert "Asked" in said
    assert "Add responders" not in said
    assert olga.post(path(incident, "ask/"), {}).status_code == 403


def test_an_update_is_posted_and_listed(acme, alice, incident):
    fields = {"people": [acme.bob.membership.public_id]}
    alice.post(path(incident, "subscribers/"), fields)
    assert "1 person will be told: Bob." in " ".join(
        says(alice.get(path(incident, "status-update/"))).split()
    )

    update = {"message": "Half of the payments fail", "subject": "Payments"}
    said = says(alice.post(path(incident, "status-update/"), update, follow=True))

    assert "1 person is subscribed" in said
    assert "Half of the payments fail" in said
    assert (
        incident.notifications.get(purpose="notice")
        .content["subject"]
        .endswith("Status update: Payments")
    )


def test_an_empty_update_is_not_posted(alice, incident):
    fields = {"message": "", "subject": "Payments"}

    answer = alice.post(path(incident, "status-update/"), fields)

    assert answer.status_code == 422
    assert 'value="Payments"' in says(answer)
    assert not incident.status_updates.exists()


def test_an_observer_subscribes_and_unsubscribes_themselves(olga, incident):
    olga.post(path(incident, "subscribe/"))
    assert incident.subscribers.get().membership.name == "Olga"

    olga.post(path(incident, "unsubscribe/"))
    assert not incident.subscribers.exists()
    assert olga.post(path(incident, "subscribers/"), {}).status_code == 403


def test_an_observer_takes_nobody_else_off(acme, olga, incident):
    status_updates.subscribe(
        incident,
        actor=Actor("web", acme.alice.membership),
        at=timezone.now(),
        people=[acme.bob.membership],
    )

    fields = {"membership": acme.bob.membership.public_id}
    assert olga.post(path(incident, "unsubscribe/"), fields).status_code == 403
    assert incident.subscribers.count() == 1


def test_the_trail_names_requests_alarms_and_what_a_message_carried(
    acme, alice, incident, asked
):
    other = actions.open_incident(
        acme.service, actor=Actor("event"), at=timezone.now(), title="Disk full"
    )
    carrier = other.notifications.get()
    incident.notifications.filter(purpose="page").update(
        bundled_into=carrier, status="sent", provider="smtp", sent_at=timezone.now()
    )
    alarm = Notification.across_accounts.get(incident=incident, purpose="request")
    said = " ".join(says(alice.get(path(incident))).split())

    assert alarm.get_purpose_display() == "Request for help"
    assert "Request for help" in said
    assert 'Carried in the message about <a href="/incidents/2/">#2</a>' in said
    assert "through smtp" in said
