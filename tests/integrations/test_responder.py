"""The responder page: what a link shows, what its buttons do, and when it will not."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from accounts.permissions import Actor
from incidents import actions, links
from incidents.models import Incident
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def opened(world, title="Checkout latency", **fields) -> Incident:
    return actions.open_incident(
        world.service, actor=Actor("event"), at=NOON, title=title, **fields
    )


def link(incident, person, at=NOON) -> str:
    token = links.sign(incident.account_id, person.membership.pk, incident.pk, at=at)
    return reverse("responder", args=[token])


def fresh(incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def press(client, url, verb, **typed):
    """Open the page, then press a button on it, as a browser does."""
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(url).content.decode())
    if seen:
        typed.setdefault("seen", seen[1])
    return client.post(url, {"verb": verb, **typed}, follow=True)


def everything(incident):
    return (
        Incident.across_accounts.filter(pk=incident.pk).values().get(),
        incident.timeline.count(),
        list(incident.notifications.values()),
    )


def test_a_link_shows_its_incident_without_sign_in(client, acme):
    page = client.get(link(opened(acme), acme.alice))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Checkout latency" in text
    assert "Triggered" in text
    assert "Bob" in text  # whom the next level pages


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_a_link_changes_nothing(client, acme, method):
    incident = opened(acme)
    before = everything(incident)

    getattr(client, method)(link(incident, acme.alice) + "?verb=acknowledge")

    assert everything(incident) == before


def test_acknowledge_and_what_comes_next(client, acme):
    incident = opened(acme)

    page = press(client, link(incident, acme.alice), "acknowledge")

    assert fresh(incident).status == "acknowledged"
    text = page.content.decode()
    assert "Alice acknowledged" in text
    assert "You own it until" in text
    entry = incident.timeline.get(verb="acknowledge")
    assert entry.membership == acme.alice.membership


def test_resolve_and_undo(client, acme):
    incident = opened(acme)
    url = link(incident, acme.alice)

    page = press(client, url, "resolve")
    assert fresh(incident).status == "resolved"
    assert "Undo" in page.content.decode()

    press(client, url, "reopen")
    assert fresh(incident).status == "triggered"


def test_give_an_acknowledgement_back(client, acme):
    incident = opened(acme)
    url = link(incident, acme.alice)
    press(client, url, "acknowledge")

    press(client, url, "unacknowledge")

    assert fresh(incident).status == "triggered"


def test_escalate_pages_the_next_level(client, acme):
    incident = opened(acme)

    press(client, link(incident, acme.alice), "escalate")

    assert fresh(incident).level == 2
    assert incident.notifications.filter(membership=acme.bob.membership).exists()


def test_who_cannot_take_it_passes_it_on_with_a_note(client, acme):
    incident = opened(acme)

    press(client, link(incident, acme.alice), "decline")

    assert fresh(incident).level == 2
    assert incident.timeline.filter(verb="add_note").count() == 1


def test_a_second_press_of_an_old_page_escalates_no_further(client, acme):
    incident = opened(acme)
    url = link(incident, acme.alice)
    form = {"verb": "escalate", "seen": f"{incident.episode}-triggered"}
    client.post(url, form)

    page = client.post(url, form)

    assert page.status_code == 409
    assert "has changed since" in page.content.decode()
    assert fresh(incident).level == 2


def test_a_refusal_says_why_and_changes_nothing(client, acme):
    incident = opened(acme)
    url = link(incident, acme.bob)
    press(client, url, "escalate")
    before = everything(incident)

    page = press(client, url, "escalate")

    assert page.status_code == 409
    assert "No further level" in page.content.decode()
    assert everything(incident) == before


def test_snooze(client, acme):
    incident = opened(acme)

    press(client, link(incident, acme.alice), "snooze", minutes="60")

    assert fresh(incident).snoozed_until == NOON + timedelta(hours=1)


@pytest.mark.parametrize("minutes", ["", "-5", "61", "soon", "99999999"])
def test_a_snooze_that_is_not_offered_is_refused(client, acme, minutes):
    incident = opened(acme)

    page = press(client, link(incident, acme.alice), "snooze", minutes=minutes)

    assert page.status_code == 409
    assert fresh(incident).snoozed_until is None


def test_reassign_to_a_colleague(client, acme):
    incident = opened(acme)
    bob = acme.bob.membership

    press(client, link(incident, acme.alice), "reassign", person=bob.public_id)

    assert [row.membership for row in incident.assignments.all()] == [bob]


def test_nobody_of_another_account_can_be_given_an_incident(client, acme, globex):
    incident = opened(acme)
    mallory = globex.mallory.membership

    page = press(
        client, link(incident, acme.alice), "reassign", person=mallory.public_id
    )

    assert page.status_code == 409
    assert not incident.assignments.filter(membership=mallory).exists()
    assert "Mallory" not in page.content.decode()


def test_a_note_sent_twice_is_written_once(client, acme):
    incident = opened(acme)
    url = link(incident, acme.alice)

    press(client, url, "add_note", note="Looking at <b>db-7</b>")
    page = press(client, url, "add_note", note="Looking at <b>db-7</b>")

    assert incident.timeline.filter(verb="add_note").count() == 1
    assert "Looking at &lt;b&gt;db-7&lt;/b&gt;" in page.content.decode()


def test_an_empty_note_is_refused(client, acme):
    page = press(client, link(opened(acme), acme.alice), "add_note", note="  ")

    assert page.status_code == 409
    assert "The note is empty" in page.content.decode()


def test_an_unknown_button_is_refused(client, acme):
    incident = opened(acme)

    page = press(client, link(incident, acme.alice), "merge")

    assert page.status_code == 409
    assert fresh(incident).status == "triggered"


def test_a_resolved_incident_says_so_and_offers_no_acknowledgement(client, acme):
    incident = opened(acme)
    actions.resolve(incident, actor=Actor("event"), at=NOON)

    page = press(client, link(incident, acme.alice), "acknowledge")

    assert page.status_code == 409
    assert "cannot acknowledge a resolved incident" in page.content.decode()
    assert "There is nothing to do" in page.content.decode()


def test_a_forged_link_changes_nothing_and_explains_itself(client, acme):
    incident = opened(acme)
    url = link(incident, acme.alice)
    for forged in (
        url[:-1],
        url[:-4] + "AAAA",
        "/r/abc",
        "/r/%C3%A4",
        "/r/" + "A" * 99,
    ):
        page = client.post(forged, {"verb": "resolve"})

        assert page.status_code == 404
        assert "Sign in" in page.content.decode()
    assert fresh(incident).status == "triggered"


def test_a_link_signed_with_another_key_is_forged(client, acme, settings):
    incident = opened(acme)
    settings.SECRET_KEY = "another"
    url = link(incident, acme.alice)
    settings.SECRET_KEY = "this"

    assert client.post(url, {"verb": "resolve"}).status_code == 404
    assert fresh(incident).status == "triggered"


def test_a_link_expires_after_seven_days(client, acme):
    incident = opened(acme)
    week = timedelta(days=7)

    young = client.get(link(incident, acme.alice, at=NOON - week + timedelta(hours=1)))
    old = link(incident, acme.alice, at=NOON - week - timedelta(hours=1))

    assert young.status_code == 200
    assert client.get(old).status_code == 410
    assert client.post(old, {"verb": "resolve"}).status_code == 410
    assert fresh(incident).status == "triggered"


def test_who_left_cannot_use_an_old_link(client, acme):
    incident = opened(acme)
    acme.bob.membership.deactivated_at = NOON
    acme.bob.membership.save()

    page = client.post(link(incident, acme.bob), {"verb": "resolve"})

    assert page.status_code == 403
    assert "Checkout latency" not in page.content.decode()
    assert fresh(incident).status == "triggered"


def test_an_observer_may_look_but_not_answer(client, acme):
    incident = opened(acme)
    carol = factories.person(acme.account, "Carol", "observer")
    url = link(incident, carol)

    page = client.get(url)
    refused = client.post(url, {"verb": "resolve"})

    assert "Your role may look" in page.content.decode()
    assert 'value="resolve"' not in page.content.decode()
    assert refused.status_code == 409
    assert fresh(incident).status == "triggered"


def test_the_link_of_a_suspended_account_stops(client, acme):
    incident = opened(acme)
    acme.account.suspended_at = NOON
    acme.account.save()

    assert client.get(link(incident, acme.alice)).status_code == 403


def test_a_link_to_another_accounts_incident_cannot_be_made_up(client, acme, globex):
    theirs = opened(globex, title="Globex secret")
    token = links.sign(acme.account.pk, acme.alice.membership.pk, theirs.pk, at=NOON)
    other = links.sign(globex.account.pk, acme.alice.membership.pk, theirs.pk, at=NOON)

    for made_up in (token, other):
        page = client.post(reverse("responder", args=[made_up]), {"verb": "resolve"})
        assert page.status_code in (403, 404)
        assert "Globex secret" not in page.content.decode()
    assert fresh(theirs).status == "triggered"


def test_a_person_who_is_signed_in_elsewhere_can_answer(client, acme, globex):
    client.force_login(globex.mallory.user)
    incident = opened(acme)

    press(client, link(incident, acme.alice), "acknowledge")

    entry = incident.timeline.get(verb="acknowledge")
    assert entry.membership == acme.alice.membership


def test_the_page_is_light_and_keeps_its_address_to_itself(client, acme):
    users = User.objects.bulk_create(
        User(email=f"{n}@acme.example", name=f"Person {n:03}") for n in range(150)
    )
    Membership.across_accounts.bulk_create(
        Membership(account=acme.account, user=user) for user in users
    )
    incident = opened(acme, title="x" * 1000, description="y" * 50_000)

    page = client.get(link(incident, acme.alice))

    assert len(page.content) < 60_000
    assert 'content="no-referrer"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_post_needs_no_cookie(acme):
    browser = Client(enforce_csrf_checks=True)
    incident = opened(acme)

    browser.post(link(incident, acme.alice), {"verb": "acknowledge"})

    assert fresh(incident).status == "acknowledged"
