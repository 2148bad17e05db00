"""What any client may read before it begins."""

import json

import pytest
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

from oncall.embedded import folders


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/global/oauth/anonymous/.well-known/openid-configuration",
    ],
)
def test_the_metadata_names_doors_that_are_there(client, db, path, settings):
    found = client.get(path)

    told = found.json()
    assert found["Access-Control-Allow-Origin"] == "*"
    assert told["issuer"] == settings.SITE_URL
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("token", "revocation", "introspection"):
        door = told[f"{name}_endpoint"].removeprefix(settings.SITE_URL)
        assert client.post(door).status_code in {400, 401}
    keys = client.get(told["jwks_uri"].removeprefix(settings.SITE_URL)).json()["keys"]
    assert keys[0]["kty"] == "RSA"
    assert set(keys[0]) == {"kty", "n", "e", "kid", "use", "alg"}


def test_no_other_sites_page_may_read_a_token(alice, scoped):
    code = scoped.code(alice)
    scoped.client.defaults["HTTP_ORIGIN"] = "https://evil.example"

    answer = scoped.exchanges(code)

    assert answer.status_code == 200
    assert not any(name.lower().startswith("access-control") for name in answer.headers)


def test_an_old_key_is_still_published_after_a_change(alice, client, scoped, settings):
    before = scoped.tokens(alice)["id_token"]
    settings.OIDC_KEYS = [folders.new_oidc_key(), *settings.OIDC_KEYS]
    after = scoped.tokens(alice)["id_token"]

    known = JWKSet.from_json(client.get("/global/oauth/anonymous/jwks").content)

    for token in (before, after):
        checked = JWT(jwt=token, key=known, algs=["RS256"])
        assert json.loads(checked.claims)["iss"] == settings.SITE_URL
    settings.OIDC_KEYS = settings.OIDC_KEYS[:1]
    fewer = JWKSet.from_json(client.get("/global/oauth/anonymous/jwks").content)
    assert len(fewer["keys"]) == 1


def test_without_a_key_there_is_no_id_token_and_all_else_works(alice, scoped, settings):
    settings.OIDC_KEYS = []

    token = scoped.tokens(alice)

    assert "id_token" not in token
    assert token["access_token"]
