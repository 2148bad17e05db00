"""A whole session over real HTTP, driven by somebody else's client."""

import json
import re
from urllib.parse import urlsplit

import pytest
import requests
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
from oauthlib.oauth2 import InvalidGrantError, WebApplicationClient

from accounts import tenancy
from tests import factories
from tests.integrations.oauth.flows import CALLBACK, SCOPES, partner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server, settings, monkeypatch) -> str:
    """The product, listening on this machine without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def metadata(site):
    return requests.get(f"{site}/.well-known/openid-configuration", timeout=30).json()


def test_code_pkce_api_refresh_reuse_and_revoke(site, metadata, signed_in):
    with tenancy.all_accounts():
        acme, app = factories.account("Acme"), partner()
        alice = factories.person(acme, "Alice", "owner")
        browser = signed_in(alice.user)
    client = WebApplicationClient(app.app.client_id)
    verifier = client.create_code_verifier(64)

    first = agreed(client, app, browser, metadata, verifier)
    me = requests.get(f"{site}/api/users/me", headers=bearer(first), timeout=30)
    assert me.json()["user"]["email"] == alice.user.email
    claims = verified(first["id_token"], metadata)
    assert claims["iss"] == site
    assert app.app.client_id in claims["aud"]
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["account_id"] == acme.public_id
    assert claims["user_id"] == claims["sub"] == alice.membership.public_id
    assert claims["subdomain"] == "acme"

    second = renewed(client, app, metadata, first["refresh_token"])
    assert alive(site, second)
    assert not alive(site, first)
    with pytest.raises(InvalidGrantError):
        renewed(client, app, metadata, first["refresh_token"])
    assert not alive(site, second)

    third = agreed(client, app, browser, metadata, verifier)
    url, headers, body = client.prepare_token_revocation_request(
        metadata["revocation_endpoint"], third["refresh_token"], "refresh_token"
    )
    secret = f"{body}&client_id={app.app.client_id}&client_secret={app.secret}"
    answer = requests.post(url, secret, headers=headers, timeout=30)
    assert answer.status_code == 200
    assert not alive(site, third)


def test_who_signed_in_can_be_asked_with_the_token(site, metadata, signed_in):
    with tenancy.all_accounts():
        acme, app = factories.account("Acme"), partner()
        bob = factories.person(acme, "Bob", "responder")
        browser = signed_in(bob.user)
    client = WebApplicationClient(app.app.client_id)

    token = agreed(client, app, browser, metadata, client.create_code_verifier(64))

    found = requests.get(
        metadata["userinfo_endpoint"], headers=bearer(token), timeout=30
    ).json()
    assert found["sub"] == bob.membership.public_id
    assert found["email"] == bob.user.email
    nobody = requests.get(metadata["userinfo_endpoint"], timeout=30)
    assert nobody.status_code == 401


def agreed(client, app, browser, metadata, verifier):
    """Go to the page, press Allow, and turn what comes back into tokens."""
    url = client.prepare_request_uri(
        metadata["authorization_endpoint"],
        redirect_uri=CALLBACK,
        scope=SCOPES.split(),
        state="xyz",
        nonce="n-0S6_WzA2Mj",
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
    )
    client.parse_request_uri_response(pressed(browser, url), state="xyz")
    body = client.prepare_request_body(
        redirect_uri=CALLBACK,
        client_secret=app.secret,
        code_verifier=verifier,
    )
    return sent(client, metadata, body)


def pressed(browser, url) -> str:
    """Press Allow on the page; returns the address that leads back to the app."""
    page = browser.get(url, timeout=30)
    assert page.status_code == 200, page.text
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    form = {"csrfmiddlewaretoken": token, "decision": "allow", "account": "acme"}
    back = browser.post(url, form, allow_redirects=False, timeout=30)
    assert back.status_code == 302, back.text
    return str(back.headers["Location"])


def renewed(client, app, metadata, refresh_token):
    body = client.prepare_refresh_body(
        refresh_token=refresh_token,
        client_id=app.app.client_id,
        client_secret=app.secret,
    )
    return sent(client, metadata, body)


def sent(client, metadata, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(
        metadata["token_endpoint"], body, headers=headers, timeout=30
    )
    return client.parse_request_body_response(answer.text)


def bearer(token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['access_token']}"}


def alive(site, token) -> bool:
    answer = requests.get(f"{site}/api/users/me", headers=bearer(token), timeout=30)
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def verified(id_token, metadata) -> dict:
    """Check the signature with the published keys alone."""
    keys = requests.get(metadata["jwks_uri"], timeout=30)
    assert urlsplit(metadata["jwks_uri"]).path == "/global/oauth/anonymous/jwks"
    assert '"d"' not in keys.text
    token = JWT(jwt=id_token, key=JWKSet.from_json(keys.text), algs=["RS256"])
    return json.loads(token.claims)
