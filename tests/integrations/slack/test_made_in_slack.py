"""Incidents that somebody opens in Slack, of a message or from everywhere."""

import pytest

from incidents.models import Incident, TimelineEntry
from integrations.models import ChatRequest
from integrations.slack.layout import actions
from tests.integrations.slack.acting import place


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client)


def view_of(ops):
    (view,) = ops.slack.views.values()
    return view


def sent(ops, view, values, user):
    answer = ops.slack.submits(ops.client, view, values, user)
    assert answer.status_code == 200
    ops.works()
    return answer.json() if answer.content else None


def entry(incident, verb):
    return TimelineEntry.across_accounts.get(incident=incident, verb=verb)


def test_an_incident_is_made_of_a_message(ops, acme):
    alice, bob = ops.links(acme.alice), ops.slack.person("bob")
    ops.workspace.url = "https://acme.slack.com/"
    ops.workspace.save()
    talk = ops.slack.posted(
        ops.channel, f"The till &lt;3&gt; is down, <@{bob.id}>\nSince noon", bob.id
    )

    ops.slack.shortcut(ops.client, actions.SHORTCUT_CREATE, alice, talk)
    view = view_of(ops)
    sent(ops, view, {}, alice)

    incident = Incident.across_accounts.get()
    assert incident.title == "The till <3> is down, @somebody"
    link = (
        f"https://acme.slack.com/archives/{ops.channel.id}/p{talk.ts.replace('.', '')}"
    )
    assert link in incident.description
    assert incident.service == acme.service
    opened = entry(incident, "trigger")
    assert (opened.membership, opened.via) == (acme.alice.membership, "slack")
    assert f"Opened incident #{incident.number} of Checkout" in ops.told(alice)[0]


def test_an_incident_from_everywhere_is_confirmed_in_the_form(ops, acme):
    alice = ops.links(acme.alice)
    ops.slack.shortcut(ops.client, actions.SHORTCUT_CREATE, alice)
    view = view_of(ops)

    values = {"oncall:title": "Fire", "oncall:service": acme.service.public_id}
    said = sent(ops, view, values, alice)

    assert said["response_action"] == "update"
    incident = Incident.across_accounts.get()
    assert incident.title == "Fire"
    assert f"#{incident.number}" in str(said["view"])


def test_nobody_makes_incidents_whom_we_do_not_know(ops, acme):
    ops.extension.anybody_may_act = True
    ops.extension.save()
    eve = ops.slack.person("eve", "eve@elsewhere.example")

    ops.slack.shortcut(ops.client, actions.SHORTCUT_CREATE, eve)
    ops.works()

    assert ops.slack.views == {}
    direct = ops.slack.direct(eve)
    assert "which member of Acme you are" in direct.messages[0].words


def test_an_observer_makes_no_incident(ops, acme):
    bob = ops.links(acme.bob)
    acme.bob.membership.role = "observer"
    acme.bob.membership.save()

    ops.slack.shortcut(ops.client, actions.SHORTCUT_CREATE, bob)
    ops.works()

    assert ops.slack.views == {}
    assert Incident.across_accounts.count() == 0
    assert ChatRequest.across_accounts.filter(processed_at=None).count() == 0


def test_a_shortcut_of_another_app_does_nothing(ops, acme):
    alice = ops.links(acme.alice)

    answer = ops.slack.shortcut(ops.client, "other:thing", alice)

    assert answer.status_code == 200
    assert ops.slack.views == {}
