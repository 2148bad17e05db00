"""Pages and the API follow the parts that people have in teams."""

import pytest
from django.urls import reverse

from accounts.permissions import Actor
from incidents import actions
from tests import factories
from tests.factories import NOON
from tests.integrations.api.conftest import key


@pytest.fixture
def owned(acme):
    team = acme.account.teams.create(name="Payments")
    for row in (acme.service, acme.policy):
        row.team = team
        row.save()
    return team


@pytest.fixture
def rita(acme, owned):
    """A responder of the account who manages Payments."""
    found = factories.person(acme.account, "Rita")
    found.membership.places.create(account=acme.account, team=owned, part="manager")
    return found


@pytest.fixture
def otto(acme, owned):
    """An observer of the account who responds in Payments."""
    found = factories.person(acme.account, "Otto", "observer")
    found.membership.places.create(account=acme.account, team=owned, part="responder")
    return found


@pytest.fixture
def elsewhere(acme):
    """A service that no team owns, and its policy."""
    policy = factories.policy(acme.account, [acme.alice.membership], name="Other")
    return factories.service(acme.account, policy, "Search")


def statuses(client, *names):
    return [client.get(name).status_code for name in names]


def test_a_teams_manager_configures_what_the_team_owns_alone(
    client, acme, rita, elsewhere
):
    client.force_login(rita.user)
    own, other = acme.service.public_id, elsewhere.public_id

    for name in ("service_edit", "service_noise", "heartbeat_create"):
        assert client.get(reverse(name, args=[own])).status_code == 200
        assert client.get(reverse(name, args=[other])).status_code == 403
    policy, others = acme.policy.public_id, elsewhere.escalation_policy.public_id
    for name in ("escalation_policy_edit", "escalation_policy_delete"):
        assert client.get(reverse(name, args=[policy])).status_code == 200
        assert client.get(reverse(name, args=[others])).status_code == 403


def test_buttons_follow_the_same_rule(client, acme, rita, elsewhere):
    client.force_login(rita.user)

    own = client.get(reverse("service", args=[acme.service.public_id]))
    other = client.get(reverse("service", args=[elsewhere.public_id]))

    assert reverse("service_edit", args=[acme.service.public_id]) in own.text
    assert reverse("service_edit", args=[elsewhere.public_id]) not in other.text
    for page in ("services", "escalation_policies"):
        assert client.get(reverse(page)).status_code == 200


def test_a_teams_manager_edits_the_team_but_does_not_delete_it(client, owned, rita):
    client.force_login(rita.user)

    page = client.get(reverse("team", args=[owned.public_id])).text

    assert reverse("team_edit", args=[owned.public_id]) in page
    assert reverse("team_delete", args=[owned.public_id]) not in page
    assert statuses(
        client,
        reverse("team_edit", args=[owned.public_id]),
        reverse("team_delete", args=[owned.public_id]),
        reverse("team_create"),
    ) == [200, 403, 403]


def test_a_teams_manager_says_what_others_are_in_it(client, acme, owned, rita, otto):
    client.force_login(rita.user)
    page = client.get(reverse("team", args=[owned.public_id])).text
    path = reverse("team_part", args=[owned.public_id, otto.membership.public_id])
    assert path in page

    assert client.post(path, {"part": "manager"}).status_code == 302
    assert owned.places.get(membership=otto.membership).part == "manager"
    assert client.post(path, {"part": "king"}).status_code == 302
    assert owned.places.get(membership=otto.membership).part == "manager"


def test_a_teams_responder_does_not(client, acme, owned, rita, otto):
    client.force_login(otto.user)
    path = reverse("team_part", args=[owned.public_id, rita.membership.public_id])

    assert path not in client.get(reverse("team", args=[owned.public_id])).text
    assert client.post(path, {"part": "observer"}).status_code == 403
    assert owned.places.get(membership=rita.membership).part == "manager"


def test_an_observer_who_responds_in_a_team_answers_its_incidents(
    client, acme, otto, elsewhere
):
    own, other = (
        actions.open_incident(service, actor=Actor("engine"), at=NOON, title="Down")
        for service in (acme.service, elsewhere)
    )
    client.force_login(otto.user)
    act = [
        reverse("incident_act", args=[i.number, "acknowledge"]) for i in (own, other)
    ]

    assert act[0] in client.get(reverse("incident", args=[own.number])).text
    assert act[1] not in client.get(reverse("incident", args=[other.number])).text
    assert [client.post(each).status_code for each in act] == [302, 403]
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.status, other.status) == ("acknowledged", "triggered")


def test_a_bulk_verb_says_what_it_may_not_touch(client, acme, otto, elsewhere):
    own, other = (
        actions.open_incident(service, actor=Actor("engine"), at=NOON, title="Down")
        for service in (acme.service, elsewhere)
    )
    client.force_login(otto.user)

    page = client.post(
        reverse("incidents_act", args=["acknowledge"]),
        {"id": [own.number, other.number]},
        follow=True,
    )

    assert f"#{other.number}: unchanged" in page.text
    own.refresh_from_db()
    assert own.status == "acknowledged"


def test_a_refused_form_keeps_what_was_typed(client, acme, rita, otto, elsewhere):
    client.force_login(otto.user)
    body = {"title": "Nobody can search", "service": elsewhere.public_id}

    page = client.post(reverse("incident_create"), body)

    assert page.status_code == 422
    assert "Your role does not allow this" in page.text
    assert "Nobody can search" in page.text
    body["service"] = acme.service.public_id
    assert client.post(reverse("incident_create"), body).status_code == 302
    client.force_login(rita.user)
    typed = {
        "name": "Ours alone",
        "escalation_policy": acme.policy.public_id,
        "urgency_rule": "high",
        "acknowledgement_timeout": "30",
    }
    page = client.post(reverse("service_create"), typed)
    assert page.status_code == 422
    assert "Ours alone" in page.text


def test_the_api_follows_the_same_rule(acme, rita, otto, elsewhere):
    manager = key(acme.account, rita.membership)
    body = {"service": {"description": "Takes the money"}}
    own, other = (
        f"/services/{acme.service.public_id}",
        f"/services/{elsewhere.public_id}",
    )

    assert manager.put(own, body).status_code == 200
    assert manager.put(other, body).status_code == 403
    responder = key(acme.account, otto.membership)
    made = [
        responder.post(
            "/incidents",
            {
                "incident": {
                    "type": "incident",
                    "title": "Down",
                    "service": {"id": service.public_id, "type": "service_reference"},
                }
            },
        )
        for service in (acme.service, elsewhere)
    ]
    assert [answer.status_code for answer in made] == [201, 403]


def test_a_part_gives_nothing_in_another_account(client, acme, globex, rita):
    globex.account.memberships.create(user=rita.user, role="observer")
    client.force_login(rita.user)

    answer = client.get(reverse("service_edit", args=[globex.service.public_id]))

    assert answer.status_code == 404
