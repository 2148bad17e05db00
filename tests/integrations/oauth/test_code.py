"""A person agrees, and the app turns the code that it gets into tokens."""

import base64
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integrations.models import AccessToken, Delegation, Grant, RefreshToken
from tests.integrations.oauth.flows import CALLBACK, call, challenge, partner, query_of


def later(**after):
    return time_machine.travel(timezone.now() + timedelta(**after), tick=True)


def test_an_app_gets_tokens_that_are_good_for_what_was_agreed(alice, acme, scoped):
    answer = scoped.asks(alice)
    query = query_of(answer)
    assert answer["Location"].startswith(f"{CALLBACK}?")
    assert query["state"] == "x y&z"
    assert query["iss"] == "http://localhost:8000"

    found = scoped.exchanges(query["code"])

    assert found.status_code == 200
    assert found["Cache-Control"] == "no-store"
    token = found.json()
    assert token["token_type"] == "bearer"
    assert token["expires_in"] == 86_400
    assert token["scope"].split()[0] == "openid"
    assert token["access_token"].startswith("oncall_at_")
    assert token["refresh_token"].startswith("oncall_rt_")
    assert token["client_info"]
    me = call(token["access_token"])
    assert me.status_code == 200
    assert me.json()["user"]["email"] == acme.alice.user.email


def test_a_classic_app_needs_no_pkce_and_lives_longer(alice, classic):
    token = classic.tokens(alice)

    assert token["expires_in"] == 30 * 86_400
    assert token["scope"] == "openid read write"
    assert call(token["access_token"], "/incidents").status_code == 200


def test_nothing_that_opens_a_door_is_kept_as_it_is(alice, scoped):
    code = scoped.code(alice)
    token = scoped.exchanges(code).json()
    kept = " ".join(
        str(vars(row))
        for model in (Grant, AccessToken, RefreshToken, Delegation)
        for row in model._default_manager.all()
    )

    assert code not in kept
    assert token["access_token"] not in kept
    assert token["refresh_token"] not in kept


def test_the_secret_may_come_in_the_header_too(alice, scoped):
    code = scoped.code(alice)
    scoped.client.defaults["HTTP_AUTHORIZATION"] = _basic(scoped)

    answer = scoped.exchanges(code, client_id=None, client_secret=None)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"code_verifier": "another" * 8}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_request"),
        ({"redirect_uri": "https://tool.example/other"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"code": "nonsense"}, 400, "invalid_grant"),
        ({"code": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "unsupported_grant_type"),
        ({"code": "a\0b", "grant_type": "a\0"}, 400, "invalid_request"),
    ],
)
def test_a_wrong_request_gets_no_token_and_the_code_stays_good(
    alice, scoped, fields, status, error
):
    code = scoped.code(alice)

    answer = scoped.exchanges(code, **fields)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Cache-Control"] == "no-store"
    assert not AccessToken.objects.exists()
    assert scoped.exchanges(code).status_code == 200


def test_a_code_is_good_for_half_a_minute(alice, scoped):
    code = scoped.code(alice)

    with later(seconds=31):
        answer = scoped.exchanges(code)

    assert answer.json()["error"] == "invalid_grant"
    with later(seconds=29):
        assert scoped.exchanges(code).status_code == 200


def test_a_code_that_comes_twice_ends_what_was_made_from_it(alice, scoped):
    code = scoped.code(alice)
    token = scoped.exchanges(code).json()
    other = scoped.tokens(alice)

    again = scoped.exchanges(code)

    assert again.json()["error"] == "invalid_grant"
    assert call(token["access_token"]).status_code == 401
    assert scoped.renews(token["refresh_token"]).status_code == 400
    assert call(other["access_token"]).status_code == 200


def test_another_app_cannot_use_the_code(alice, scoped):
    thief = partner("Thief")
    code = scoped.code(alice)

    answer = thief.exchanges(code)

    assert answer.json()["error"] == "invalid_grant"
    assert scoped.exchanges(code).status_code == 200


def test_an_app_that_was_disabled_meanwhile_gets_nothing(alice, scoped):
    code = scoped.code(alice)
    scoped.app.disabled_at = timezone.now()
    scoped.app.save()

    assert scoped.exchanges(code).json()["error"] == "invalid_client"


def test_a_person_who_left_meanwhile_gives_nothing(alice, acme, scoped):
    code = scoped.code(alice)
    acme.account.memberships.filter(pk=acme.alice.membership.pk).update(
        deactivated_at=timezone.now()
    )

    assert scoped.exchanges(code).json()["error"] == "invalid_grant"


def test_a_classic_app_that_sent_a_challenge_must_meet_it(alice, classic):
    more = {"code_challenge": challenge(), "code_challenge_method": "S256"}
    code = classic.code(alice, **more)

    assert classic.exchanges(code).json()["error"] == "invalid_request"
    answer = classic.exchanges(code, code_verifier="not-the-right-one" * 3)
    assert answer.json()["error"] == "invalid_grant"


def test_only_posts_get_tokens(client):
    answer = client.get("/oauth/token?grant_type=authorization_code")

    assert answer.status_code == 405
    assert answer.json()["error"] == "invalid_request"


def _basic(app) -> str:
    pair = f"{app.app.client_id}:{app.secret}".encode()
    return "Basic " + base64.b64encode(pair).decode()
