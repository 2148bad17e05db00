"""What a token opens at the API: its scopes, its person, its account, and no more."""

import pytest
from django.utils import timezone

from accounts.permissions import Actor, NotPermitted
from integrations.models import AppCall
from integrations.oauth import delegations
from tests.factories import NOON
from tests.integrations.oauth.flows import call, partner

TEAM = {"team": {"type": "team", "name": "Payments"}}


def test_a_missing_scope_is_refused_with_what_would_do(alice, acme, scoped):
    token = scoped.tokens(alice, scope="incidents.read")["access_token"]

    answer = call(token, "/users")

    error = answer.json()["error"]
    assert answer.status_code == 403
    assert error["code"] == 2010
    assert error["required_scopes"] == "users.read"
    assert error["token_scopes"] == "incidents.read"
    assert error["errors"] == ["This token is not good for users.read."]
    assert call(token, "/incidents").status_code == 200


def test_reading_does_not_write(alice, acme, scoped, classic):
    new = scoped.tokens(alice, scope="teams.read")["access_token"]
    old = classic.tokens(alice, scope="read")["access_token"]

    for token in (new, old):
        assert call(token, "/teams", "post", TEAM).status_code == 403
    assert not acme.account.teams.exists()


def test_a_classic_token_that_writes_reads_too(alice, acme, classic):
    token = classic.tokens(alice, scope="write")["access_token"]

    assert call(token, "/teams", "post", TEAM).status_code == 201
    assert call(token, "/teams").status_code == 200


def test_a_token_can_do_no_more_than_its_person(bob, acme, classic):
    token = classic.tokens(bob, scope="write")["access_token"]

    answer = call(token, "/teams", "post", TEAM)

    assert answer.status_code == 403
    assert "required_scopes" not in answer.json()["error"]
    assert call(token, "/incidents").status_code == 200


def test_the_person_and_the_app_are_named_in_the_timeline(bob, acme, scoped):
    token = scoped.tokens(bob)["access_token"]
    body = {
        "incident": {
            "type": "incident",
            "title": "Disk is full",
            "service": {"id": acme.service.public_id, "type": "service_reference"},
        }
    }

    answer = call(token, "/incidents", "post", body)

    assert answer.status_code == 201
    entry = acme.account.incidents.get().timeline.order_by("id").first()
    assert entry.membership == acme.bob.membership


def test_a_person_who_left_takes_the_tokens_along(bob, acme, scoped):
    token = scoped.tokens(bob)["access_token"]
    assert call(token).status_code == 200

    acme.account.memberships.filter(pk=acme.bob.membership.pk).update(
        deactivated_at=timezone.now()
    )

    assert call(token).status_code == 401


def test_a_person_who_may_not_sign_in_any_more_takes_them_along_too(bob, acme, scoped):
    token = scoped.tokens(bob)["access_token"]

    acme.bob.user.is_active = False
    acme.bob.user.save()

    assert call(token).status_code == 401


def test_a_disabled_app_and_a_suspended_account_are_shut_out(alice, acme, scoped):
    token = scoped.tokens(alice)["access_token"]
    scoped.app.disabled_at = timezone.now()
    scoped.app.save()
    assert call(token).status_code == 401
    scoped.app.disabled_at = None
    scoped.app.save()
    assert call(token).status_code == 200

    acme.account.suspended_at = timezone.now()
    acme.account.save()

    assert call(token).status_code == 401


def test_a_scope_that_the_app_lost_is_lost_to_its_tokens(alice, acme, scoped):
    token = scoped.tokens(alice)["access_token"]
    assert call(token, "/services").status_code == 200

    scoped.app.scopes = "users.read"
    scoped.app.save()

    assert call(token, "/services").status_code == 403
    assert call(token, "/users").status_code == 200


def test_nothing_of_another_account_is_within_reach(mallory, acme, globex, scoped):
    token = scoped.tokens(mallory)["access_token"]

    listed = call(token, "/services").json()["services"]

    assert [one["id"] for one in listed] == [globex.service.public_id]
    assert call(token, f"/services/{acme.service.public_id}").status_code == 404
    theirs = call(token, f"/users/{acme.bob.membership.public_id}")
    assert theirs.status_code == 404


def test_a_revoked_delegation_ends_every_token_of_it(alice, bob, acme, scoped):
    mine, theirs = scoped.tokens(alice), scoped.tokens(bob)
    given = acme.account.delegations.get(membership=acme.bob.membership)

    delegations.revoke(given, actor=Actor("web", acme.bob.membership), at=NOON)

    assert call(theirs["access_token"]).status_code == 401
    assert scoped.renews(theirs["refresh_token"]).status_code == 400
    assert call(mine["access_token"]).status_code == 200


def test_only_an_admin_revokes_what_others_gave(alice, acme, scoped):
    token = scoped.tokens(alice)["access_token"]
    given = acme.account.delegations.get(membership=acme.alice.membership)

    with pytest.raises(NotPermitted, match="role"):
        delegations.revoke(given, actor=Actor("web", acme.bob.membership), at=NOON)

    assert call(token).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer a b", "Bearer oncall_at_" + "x" * 40, "Bearer \xe9"],
)
def test_what_is_no_token_opens_nothing(client, db, header):
    answer = client.get("/api/users/me", headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 2006


def test_a_refresh_token_opens_nothing(alice, scoped):
    assert call(scoped.tokens(alice)["refresh_token"]).status_code == 401


def test_a_token_in_the_address_opens_nothing(alice, client, scoped):
    token = scoped.tokens(alice)["access_token"]

    assert client.get(f"/api/users/me?access_token={token}").status_code == 401


def test_each_call_is_in_the_apps_log(alice, acme, scoped):
    token = scoped.tokens(alice, scope="users.read")
    call(token["access_token"], "/users")
    call(token["access_token"], "/services")
    scoped.renews("nonsense")
    scoped.posts("revoke", token=token["access_token"])
    call(token["access_token"], "/users")

    lines = [
        (row.call, row.status, row.account)
        for row in AppCall.across_accounts.order_by("id")
    ]
    assert lines == [
        ("authorize", 302, acme.account),
        ("token authorization_code", 200, acme.account),
        ("GET /api/users", 200, acme.account),
        ("GET /api/services", 403, acme.account),
        ("token refresh_token", 400, None),
        ("revoke", 200, None),
    ]
    last = AppCall.across_accounts.get(status=403)
    assert "services.read" in last.detail
    assert token["access_token"] not in str(
        [vars(r) for r in AppCall.across_accounts.all()]
    )


def test_a_stranger_who_fails_in_its_name_does_not_fill_the_log(scoped):
    for _again in range(35):
        scoped.posts(grant_type="refresh_token", client_secret="guess")

    assert AppCall.across_accounts.count() <= 30


def test_an_expired_token_is_in_the_log_too(alice, acme, scoped):
    token = scoped.tokens(alice)["access_token"]
    scoped.app.disabled_at = timezone.now()
    scoped.app.save()

    call(token, "/users")

    row = AppCall.across_accounts.latest("id")
    assert (row.call, row.status, row.account) == ("GET /api/users", 401, acme.account)


def test_an_app_counts_for_each_person_by_itself(alice, bob, acme, scoped, settings):
    settings.API_LIMITS = {"requests": 2}
    mine, theirs = scoped.tokens(alice), scoped.tokens(bob)
    other = partner("Other").tokens(alice)

    answers = [call(mine["access_token"]) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a["ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
    assert call(theirs["access_token"]).status_code == 200
    assert call(other["access_token"]).status_code == 200
