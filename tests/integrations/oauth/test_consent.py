"""The page on which a person lets an app act for them, and who never gets back."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from integrations.models import Delegation, Grant
from tests.integrations.oauth.flows import CALLBACK, call, challenge, partner, query_of


def test_the_page_names_the_app_the_account_and_what_is_allowed(alice, acme, scoped):
    page = alice.get(scoped.link())

    words = page.content.decode()
    assert page.status_code == 200
    assert "Lighthouse" in words
    assert "Publisher not verified" in words
    assert "Acme" in words
    assert "See incidents with their alerts, notes and timelines" in words
    assert "tool.example" in words
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert not Delegation.across_accounts.exists()


def test_a_private_app_says_who_made_it(alice, acme):
    mine = partner("Ours", account=acme.account)

    words = alice.get(mine.link()).content.decode()

    assert "Made by the account Acme (acme)" in words


def test_a_stranger_signs_in_and_comes_back(client, acme, scoped):
    answer = client.get(scoped.link())

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/oauth/authorize")


def test_somebody_else_can_sign_in_instead(alice, acme, scoped):
    page = alice.get(scoped.link()).content.decode()
    [way_out] = re.findall(r'href="(/accounts/logout/\?next=[^"]+)"', page)

    left = alice.post(way_out)
    back = alice.get(left["Location"])

    assert back.status_code == 302
    assert back["Location"].startswith("/accounts/login/?next=/oauth/authorize")


def test_somebody_without_an_account_makes_one_first(client, db, scoped):
    client.force_login(User.objects.create_user("new@example.com"))

    answer = client.get(scoped.link())

    assert answer.status_code == 302
    assert "next=%2Foauth%2Fauthorize" in answer["Location"]


def test_deny_goes_back_with_the_news_and_keeps_the_state(alice, scoped):
    answer = scoped.asks(alice, "deny")

    query = query_of(answer)
    assert answer["Location"].startswith(CALLBACK)
    assert query["error"] == "access_denied"
    assert query["error_description"]
    assert query["state"] == "x y&z"
    assert not Grant.objects.exists()
    assert not Delegation.across_accounts.exists()


def test_a_person_chooses_one_of_their_accounts(acme, globex, scoped):
    globex.account.memberships.create(user=acme.alice.user, role="observer")
    client = Client()
    client.force_login(acme.alice.user)
    code = scoped.code(client, account="globex")

    token = scoped.exchanges(code).json()["access_token"]

    ids = [s["id"] for s in call(token, "/services").json()["services"]]
    assert ids == [globex.service.public_id]
    theirs = call(token, f"/services/{acme.service.public_id}")
    assert theirs.status_code == 404


@pytest.mark.parametrize("account", ["globex", "", "nowhere"])
def test_an_account_that_is_not_theirs_cannot_be_chosen(alice, globex, scoped, account):
    url = scoped.link()

    answer = alice.post(url, {"decision": "allow", "account": account})

    assert answer.status_code == 422
    assert not Grant.objects.exists()


def test_a_suspended_account_is_not_offered(alice, acme, scoped):
    acme.account.suspended_at = timezone.now()
    acme.account.save()

    answer = alice.get(scoped.link())

    assert answer.status_code == 302
    assert "/oauth/" not in answer["Location"].partition("?")[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "a\0b"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?more=1"},
        {"redirect_uri": CALLBACK + "#fragment"},
        {"redirect_uri": "https://tool.example@evil.example/oauth/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/", "response_type": "token"},
        {"redirect_uri": "https://evil.example/", "prompt": "none"},
        {"client_id": "nobody", "prompt": "none"},
    ],
)
def test_an_unknown_app_or_address_leads_nowhere(alice, scoped, changes):
    for send in (alice.get, alice.post):
        answer = send(scoped.link(**changes))

        assert answer.status_code == 400
        assert "Location" not in answer
        assert "evil.example" not in answer.content.decode()


def test_a_damaged_link_leads_nowhere(alice, scoped):
    for broken in ("?client_id=%zz", "?client_id=a&client_id=b", "?%00=1", ""):
        answer = alice.get(f"/oauth/authorize{broken}")
        assert answer.status_code == 400
    twice = alice.get(scoped.link() + "&redirect_uri=https%3A%2F%2Fevil.example%2F")
    assert twice.status_code == 400


def test_a_disabled_app_leads_nowhere(alice, scoped):
    scoped.app.disabled_at = timezone.now()
    scoped.app.save()

    assert alice.get(scoped.link()).status_code == 400


def test_an_app_without_oauth_leads_nowhere(alice, db):
    assert alice.get(partner("Events only", kind="").link()).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"nonce": "n" * 300}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
    ],
)
def test_a_wrong_wish_goes_back_to_the_app_with_an_error(alice, scoped, changes, error):
    answer = alice.get(scoped.link(**changes))

    query = query_of(answer)
    assert answer["Location"].startswith(CALLBACK)
    assert query["error"] == error
    assert query["state"] == "x y&z"


def test_an_app_that_asks_for_what_is_unknown_gets_only_who_the_person_is(
    alice, scoped
):
    token = scoped.tokens(alice, scope="everything root")

    assert token["scope"] == "openid"
    assert call(token["access_token"]).status_code == 200
    assert call(token["access_token"], "/incidents").status_code == 403


def test_an_app_gets_no_scope_that_it_was_not_registered_for(alice, scoped):
    token = scoped.tokens(alice, scope="incidents.read teams.write write")

    assert token["scope"] == "openid incidents.read"


def test_a_private_app_is_for_its_account_alone(alice, mallory, acme):
    mine = partner("Ours", account=acme.account)
    assert alice.get(mine.link()).status_code == 200

    theirs = mallory.get(mine.link())

    assert theirs.status_code == 403
    assert "private" in theirs.content.decode()
    assert mallory.post(mine.link(), {"decision": "allow"}).status_code == 403


def test_without_the_forms_own_token_nothing_is_agreed_to(acme, scoped):
    client = Client(enforce_csrf_checks=True)
    client.force_login(acme.alice.user)

    answer = client.post(scoped.link(), {"decision": "allow", "account": "acme"})

    assert answer.status_code == 403
    assert not Grant.objects.exists()


def test_a_native_app_listens_on_any_port_of_the_persons_machine(alice, native):
    url = native.link(redirect_uri="http://127.0.0.1:51004/callback")
    answer = alice.post(url, {"decision": "allow", "account": "acme"})

    assert answer["Location"].startswith("http://127.0.0.1:51004/callback?")
    token = native.exchanges(
        query_of(answer)["code"], redirect_uri="http://127.0.0.1:51004/callback"
    )
    assert token.status_code == 200
    for strange in (
        "http://127.0.0.1:51004/other",
        "http://127.0.0.2:51004/callback",
        "http://127.0.0.1:1@evil.example/callback",
        "https://tool.example:8443/pocket",
    ):
        assert alice.get(native.link(redirect_uri=strange)).status_code == 400


def test_a_confidential_app_has_no_choice_of_ports(alice, db):
    web = partner("Web", redirect_uris="http://127.0.0.1/callback")

    answer = alice.get(web.link(redirect_uri="http://127.0.0.1:51004/callback"))

    assert answer.status_code == 400


def test_an_app_without_a_secret_needs_pkce(alice, native):
    without = alice.get(native.link(code_challenge=None, code_challenge_method=None))

    assert query_of(without)["error"] == "invalid_request"
    assert alice.get(native.link(code_challenge=challenge())).status_code == 200


def test_agreeing_twice_is_one_delegation_that_knows_all_scopes(alice, acme, scoped):
    scoped.code(alice, scope="incidents.read")
    scoped.code(alice, scope="users.read")

    mine = acme.account.delegations.get(membership=acme.alice.membership)
    assert set(mine.scope.split()) == {"openid", "incidents.read", "users.read"}
    assert acme.account.audit_entries.filter(action="authorized app").exists()
