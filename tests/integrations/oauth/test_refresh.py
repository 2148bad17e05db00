"""Tokens are renewed, each refresh token once, and given back."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from integrations.models import RefreshToken
from tests.integrations.oauth.flows import call, partner


def later(**after):
    return time_machine.travel(timezone.now() + timedelta(**after), tick=True)


def test_a_refresh_token_becomes_a_new_pair_and_ends_the_old_one(alice, scoped):
    old = scoped.tokens(alice)

    answer = scoped.renews(old["refresh_token"])

    new = answer.json()
    assert answer.status_code == 200
    assert new["refresh_token"] != old["refresh_token"]
    assert new["scope"] == old["scope"]
    assert new["expires_in"] == 86_400
    assert call(new["access_token"]).status_code == 200
    assert call(old["access_token"]).status_code == 401


def test_a_refresh_token_that_comes_again_ends_the_whole_family(alice, scoped):
    first = scoped.tokens(alice)
    second = scoped.renews(first["refresh_token"]).json()
    third = scoped.renews(second["refresh_token"]).json()
    other = scoped.tokens(alice)

    stolen = scoped.renews(first["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert call(third["access_token"]).status_code == 401
    assert scoped.renews(third["refresh_token"]).status_code == 400
    assert call(other["access_token"]).status_code == 200


def test_another_app_cannot_renew_it_and_does_no_harm(alice, scoped):
    thief = partner("Thief")
    mine = scoped.tokens(alice)

    answer = thief.renews(mine["refresh_token"])

    assert answer.json()["error"] == "invalid_grant"
    assert call(mine["access_token"]).status_code == 200
    assert scoped.renews(mine["refresh_token"]).status_code == 200


def test_renewing_needs_the_secret(alice, scoped):
    mine = scoped.tokens(alice)

    answer = scoped.renews(mine["refresh_token"], client_secret=None)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_fewer_scopes_may_be_asked_for_and_more_are_not_given(alice, scoped):
    mine = scoped.tokens(alice, scope="incidents.read users.read")

    fewer = scoped.renews(mine["refresh_token"], scope="users.read").json()
    more = scoped.renews(
        fewer["refresh_token"], scope="users.read incidents.write"
    ).json()

    assert fewer["scope"] == "openid users.read"
    assert more["scope"] == "openid users.read"


def test_a_scoped_refresh_token_is_good_for_thirty_days(alice, scoped, classic):
    mine, old_kind = scoped.tokens(alice), classic.tokens(alice)

    with later(days=29):
        renewed = scoped.renews(mine["refresh_token"])
        assert renewed.status_code == 200
    with later(days=60):
        too_late = scoped.renews(renewed.json()["refresh_token"])
        assert too_late.json()["error"] == "invalid_grant"
    with later(days=209):
        assert classic.renews(old_kind["refresh_token"]).status_code == 200


def test_no_renewal_goes_beyond_the_window(alice, scoped):
    token = scoped.tokens(alice)
    RefreshToken.objects.update(window_ends_at=timezone.now() + timedelta(hours=2))

    renewed = scoped.renews(token["refresh_token"]).json()

    assert 7100 < renewed["expires_in"] <= 7200
    with later(hours=3):
        answer = scoped.renews(renewed["refresh_token"])
        assert answer.json()["error"] == "invalid_grant"


def test_an_access_token_ends_when_it_says(alice, scoped):
    token = scoped.tokens(alice)["access_token"]

    with later(hours=23):
        assert call(token).status_code == 200
    with later(hours=25):
        answer = call(token)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == 2006
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_either_token_can_be_given_back_and_takes_the_other_along(alice, scoped):
    for which in ("access_token", "refresh_token"):
        token = scoped.tokens(alice)

        answer = scoped.posts("revoke", token=token[which])

        assert (answer.status_code, answer.content) == (200, b"")
        assert call(token["access_token"]).status_code == 401
        assert scoped.renews(token["refresh_token"]).status_code == 400


def test_an_app_cannot_give_back_anothers_token(alice, scoped):
    thief = partner("Thief")
    token = scoped.tokens(alice)

    answer = thief.posts("revoke", token=token["access_token"])
    unknown = scoped.posts("revoke", token="nonsense")
    nobody = scoped.posts("revoke", token=token["access_token"], client_secret="no")

    assert answer.status_code == unknown.status_code == 200
    assert nobody.status_code == 401
    assert call(token["access_token"]).status_code == 200


def test_an_app_may_ask_about_its_own_tokens_only(alice, acme, scoped):
    thief = partner("Thief")
    token = scoped.tokens(alice)

    mine = scoped.posts("introspect", token=token["access_token"]).json()
    renewal = scoped.posts("introspect", token=token["refresh_token"]).json()
    theirs = thief.posts("introspect", token=token["access_token"]).json()
    nobody = scoped.posts("introspect", token=token["access_token"], client_secret=None)

    assert mine["active"] is True
    assert mine["client_id"] == scoped.app.client_id
    assert mine["subdomain"] == acme.account.subdomain
    assert mine["user_id"] == acme.alice.membership.public_id
    assert mine["scope"] == token["scope"]
    assert renewal["active"] is True
    assert theirs == {"active": False}
    assert nobody.status_code == 401
    with later(days=2):
        over = scoped.posts("introspect", token=token["access_token"]).json()
        assert over == {"active": False}


def test_a_client_without_a_secret_may_not_ask(alice, native):
    token = native.tokens(alice)["access_token"]

    answer = native.posts("introspect", token=token)

    assert answer.status_code == 401
    assert native.posts("revoke", token=token).status_code == 200
    assert call(token).status_code == 401
