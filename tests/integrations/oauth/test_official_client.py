"""The original's own Python client gets tokens from us."""

from urllib.parse import parse_qs, urlsplit

import pagerduty
import pytest

from accounts import tenancy
from tests import factories
from tests.integrations.oauth.flows import CALLBACK, call, partner
from tests.integrations.oauth.test_session import pressed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agreed(live_server, settings, signed_in):
    """The client of a private app, and the browser of an owner of its account."""
    settings.SITE_URL = live_server.url
    with tenancy.all_accounts():
        acme = factories.account("Acme")
        alice = factories.person(acme, "Alice", "owner")
        app, browser = partner(account=acme), signed_in(alice.user)
    with pagerduty.OAuthTokenClient(
        app.secret, app.app.client_id, base_url="https://no.example"
    ) as client:
        # It takes only https, which the server of the tests does not speak.
        client._url = live_server.url
        yield client, browser


def test_a_code_with_pkce_and_a_refresh(agreed):
    client, browser = agreed
    verifier, challenge = client.generate_s256_pkce_params()
    # Its own method for a link with PKCE names an attribute that it does not have.
    link = client.authorize_url("incidents.read", CALLBACK)
    url = f"{link}&code_challenge={challenge}&code_challenge_method=S256"
    code = code_of(pressed(browser, url))

    first = client.get_new_token_from_code_with_pkce(
        code, "incidents.read", CALLBACK, verifier
    )
    second = client.get_refreshed_token(first["refresh_token"])

    assert first["expiration_date"]
    assert call(second["access_token"], "/incidents").status_code == 200
    with pytest.raises(pagerduty.Error):
        client.get_refreshed_token(first["refresh_token"])


def test_a_token_of_the_apps_own(agreed):
    client, _browser = agreed

    token = client.get_scoped_app_token("as_account-us.acme incidents.read")

    assert token["expires_in"] == 86_400
    assert call(token["access_token"], "/incidents").status_code == 200
    with pytest.raises(pagerduty.Error):
        client.get_scoped_app_token("as_account-us.globex incidents.read")


def code_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]
