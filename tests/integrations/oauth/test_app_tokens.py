"""Apps that act for themselves, in an account that lets them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.permissions import Actor
from integrations.models import Delegation
from integrations.oauth import delegations
from tests.factories import NOON
from tests.integrations.oauth.flows import call, partner

WANTED = "as_account-us.acme incidents.read services.read"


@pytest.fixture
def ours(acme):
    """Acme's own app."""
    return partner("Ours", account=acme.account)


def test_an_accounts_own_app_acts_for_itself(acme, ours):
    answer = ours.signs_in(WANTED)

    token = answer.json()
    assert answer.status_code == 200
    assert token["expires_in"] == 86_400
    assert token["token_type"] == "bearer"
    assert "refresh_token" not in token
    assert "id_token" not in token
    assert token["scope"] == WANTED
    assert call(token["access_token"], "/services").status_code == 200


def test_it_is_nobody_and_names_who_acts(acme, ours):
    token = ours.signs_in("as_account-us.acme incidents.write").json()["access_token"]
    me = call(token)
    body = {
        "incident": {
            "type": "incident",
            "title": "Disk is full",
            "service": {"id": acme.service.public_id, "type": "service_reference"},
        }
    }

    answer = call(token, "/incidents", "post", body, **{"from": acme.bob.user.email})

    assert me.status_code == 400
    assert "account-level access token" in me.json()["error"]
    assert answer.status_code == 201
    entry = acme.account.incidents.get().timeline.order_by("id").first()
    assert entry.via == "api"


def test_its_token_ends_after_a_day(acme, ours):
    token = ours.signs_in(WANTED).json()["access_token"]

    with time_machine.travel(timezone.now() + timedelta(seconds=86_401), tick=True):
        assert call(token, "/services").status_code == 401


@pytest.mark.parametrize(
    "scope",
    [
        "incidents.read",
        "as_account-us.nowhere incidents.read",
        "as_account-us.globex incidents.read",
        "as_account-us.acme as_account-us.globex incidents.read",
        "as_account-acme incidents.read",
        "",
    ],
)
def test_it_must_name_an_account_that_is_its_own(acme, globex, ours, scope):
    answer = ours.signs_in(scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_it_gets_no_scope_that_it_was_not_registered_for(acme, ours):
    some = ours.signs_in("as_account-us.acme incidents.read teams.write").json()
    none = ours.signs_in("as_account-us.acme everything").json()

    assert some["scope"] == "as_account-us.acme incidents.read"
    assert none["scope"] == "as_account-us.acme openid"
    assert call(none["access_token"], "/incidents").status_code == 403


def test_a_public_app_needs_an_admins_consent(acme, globex, alice, bob, scoped):
    assert scoped.signs_in(WANTED).status_code == 400
    scoped.code(bob, scope="incidents.read services.read")
    assert scoped.signs_in(WANTED).status_code == 400

    scoped.code(alice, scope="incidents.read")

    token = scoped.signs_in(WANTED).json()
    assert token["scope"] == "as_account-us.acme incidents.read"
    assert call(token["access_token"], "/incidents").status_code == 200
    elsewhere = scoped.signs_in(WANTED.replace("acme", "globex"))
    assert elsewhere.status_code == 400


def test_revoking_the_consent_ends_the_apps_own_tokens(acme, alice, scoped):
    scoped.code(alice)
    token = scoped.signs_in(WANTED).json()["access_token"]
    own = acme.account.delegations.get(membership=None)

    delegations.revoke(own, actor=Actor("web", acme.alice.membership), at=NOON)

    assert call(token, "/services").status_code == 401
    assert scoped.signs_in(WANTED).status_code == 400
    assert call(scoped.tokens(alice)["access_token"]).status_code == 200


def test_classic_apps_and_apps_without_a_secret_cannot(acme, alice, classic, native):
    classic.code(alice)

    answer = classic.signs_in(WANTED)
    public = native.signs_in(WANTED)

    assert answer.json()["error"] == "unauthorized_client"
    assert public.json()["error"] == "invalid_client"
    wrong = partner("Ours", account=acme.account).signs_in(WANTED, client_secret="x")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


def test_a_suspended_account_lets_nobody_in(acme, ours):
    token = ours.signs_in(WANTED).json()["access_token"]
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    assert ours.signs_in(WANTED).status_code == 400
    assert call(token, "/services").status_code == 401


def test_each_account_has_its_own_delegation(acme, ours):
    for _again in range(2):
        ours.signs_in(WANTED)

    assert Delegation.across_accounts.filter(app=ours.app).count() == 1
