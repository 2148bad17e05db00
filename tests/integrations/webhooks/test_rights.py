"""Who manages a team alone sets up the webhooks of the team, and sees no others."""

import pytest

from tests import factories
from tests.incidents.pages import says
from tests.integrations.api.conftest import api, key
from tests.integrations.api.test_extensions import body as extension_body
from tests.integrations.api.test_extensions import names
from tests.integrations.api.test_webhook_subscriptions import body, ids
from tests.integrations.webhooks.pages import (
    PATH,
    TYPED,
    make,
    page_of,
    signed_in,
)

API = "/webhook_subscriptions"
# A fixture of the API's tests, here too.
__all__ = ["api"]


@pytest.fixture
def team(acme):
    """A team, managed by Bob, who is a responder elsewhere."""
    made = acme.account.teams.create(name="Payments")
    acme.account.team_memberships.create(
        team=made, membership=acme.bob.membership, part="manager"
    )
    return made


@pytest.fixture
def own(acme, team):
    """A service of the team."""
    return factories.service(acme.account, acme.policy, "Ledger", team=team)


@pytest.fixture
def bob(acme):
    return signed_in(acme.bob)


def refer(kind, row):
    return {"type": f"{kind}_reference", "id": row.public_id}


def test_a_teams_manager_makes_webhooks_of_the_team_alone(acme, bob, own, team):
    form = bob.get(f"{PATH}new/").text
    assert "Ledger" in form
    assert "Payments" in form
    assert "Checkout" not in form
    assert "The whole account" not in form

    for scope in (f"service:{own.public_id}", f"team:{team.public_id}"):
        assert bob.post(f"{PATH}new/", TYPED | {"scope": scope}).status_code == 302
    for scope in ("account", f"service:{acme.service.public_id}"):
        assert bob.post(f"{PATH}new/", TYPED | {"scope": scope}).status_code == 422

    made = acme.account.webhook_subscriptions.order_by("id")
    assert [(row.service, row.team) for row in made] == [(own, None), (None, team)]


def test_a_teams_manager_sees_no_webhook_of_others(acme, bob, own):
    theirs = make(acme, filter_type="service", service=own, description="Theirs")
    account = make(acme, description="Everything")
    other = make(acme, filter_type="service", service=acme.service)

    page = says(bob.get(PATH))

    assert "Theirs" in page
    assert "Everything" not in page
    assert bob.get(page_of(theirs)).status_code == 200
    for webhook in (account, other):
        assert bob.get(page_of(webhook)).status_code == 404
        assert bob.post(page_of(webhook, "ping/")).status_code == 404
        assert bob.post(page_of(webhook, "secrets/")).status_code == 404
    assert "Theirs" in says(bob.get(f"/services/{own.public_id}/"))
    assert "Everything" not in says(bob.get(f"/services/{own.public_id}/"))
    other_page = says(bob.get(f"/services/{acme.service.public_id}/"))
    assert "Add webhook" not in other_page


def test_the_api_draws_the_same_line(acme, own):
    caller = key(acme.account, acme.bob.membership)
    account = make(acme)
    made = caller.post(API, body(filter=refer("service", own)))
    assert made.status_code == 200
    mine = made.json()["webhook_subscription"]["id"]

    assert ids(caller.get(API)) == [mine]
    assert caller.get(f"{API}/{account.public_id}").status_code == 404
    assert caller.delete(f"{API}/{account.public_id}").status_code == 404
    assert caller.post(API, body()).status_code == 403
    foreign = refer("service", acme.service)
    assert caller.post(API, body(filter=foreign)).status_code == 403
    moved = {"webhook_subscription": {"filter": foreign}}
    assert caller.put(f"{API}/{mine}", moved).status_code == 403
    widened = {"webhook_subscription": {"filter": {"type": "account_reference"}}}
    assert caller.put(f"{API}/{mine}", widened).status_code == 403
    assert acme.account.webhook_subscriptions.get(public_id=mine).service == own


def test_extensions_need_the_right_for_each_of_their_services(acme, api, own):
    caller = key(acme.account, acme.bob.membership)
    both = api.post("/extensions", extension_body(api, own, acme.service)).json()
    both = both["extension"]["id"]
    sent = extension_body(caller, own, name="Mine")
    assert caller.post("/extensions", sent).status_code == 201

    assert names(caller.get("/extensions")) == ["Mine"]
    assert caller.get(f"/extensions/{both}").status_code == 404
    assert caller.delete(f"/extensions/{both}").status_code == 404
    sent = extension_body(caller, own, acme.service)
    assert caller.post("/extensions", sent).status_code == 403
    assert acme.account.extensions.count() == 2


def test_whose_team_is_another_has_no_say(acme, team):
    carol = factories.person(acme.account, "Carol", "responder")
    acme.account.team_memberships.create(
        team=team, membership=carol.membership, part="responder"
    )
    webhook = make(acme, filter_type="team", team=team)

    assert signed_in(carol).get(PATH).status_code == 403
    assert key(acme.account, carol.membership).get(API).status_code == 403
    page = page_of(webhook, "ping/")
    assert signed_in(carol).post(page).status_code == 403
