"""The lines of docs/oauth.md run as they stand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from accounts import tenancy
from tests import factories
from tests.integrations.oauth.flows import CALLBACK, partner
from tests.integrations.oauth.test_session import pressed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "curl", "openssl"))),
        reason="This machine lacks bash, curl or openssl: the lines are not run.",
    ),
]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs/oauth.md"


def test_every_line_runs(live_server, settings, signed_in):
    settings.SITE_URL = live_server.url
    with tenancy.all_accounts():
        acme = factories.account("Acme")
        alice = factories.person(acme, "Alice", "owner")
        app, browser = partner(account=acme), signed_in(alice.user)
    surroundings = {
        "SITE": live_server.url,
        "CLIENT_ID": app.app.client_id,
        "CLIENT_SECRET": app.secret,
        "REDIRECT": CALLBACK,
    }

    asking = run("/oauth/authorize", surroundings, more='; echo "$VERIFIER"')
    link, surroundings["VERIFIER"] = asking.split()
    [surroundings["CODE"]] = re.findall(r"code=([^&]+)", pressed(browser, link))

    token = json.loads(run("grant_type=authorization_code", surroundings))
    surroundings["REFRESH_TOKEN"] = token["refresh_token"]
    token = json.loads(run("grant_type=refresh_token", surroundings))
    surroundings["REFRESH_TOKEN"] = token["refresh_token"]
    surroundings["ACCESS_TOKEN"] = token["access_token"]
    me = json.loads(run("/api/users/me", surroundings))
    assert me["user"]["email"] == alice.user.email

    assert run("/oauth/revoke", surroundings) == ""
    again = json.loads(run("/api/users/me", surroundings))
    assert again["error"]["code"] == 2006
    own = json.loads(run("grant_type=client_credentials", surroundings))
    assert own["expires_in"] == 86_400


def run(mark: str, surroundings: dict[str, str], more: str = "") -> str:
    """Run the one block of the document that has these words in it."""
    blocks = re.findall(r"(?:^    .+\n)+", DOCUMENT.read_text(), re.MULTILINE)
    [block] = [block for block in blocks if mark in block]
    done = subprocess.run(  # noqa: S603 our own document
        ["bash", "-c", block.rstrip() + more],  # noqa: S607 wherever it is
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_the_metadata_is_where_the_document_says(live_server, settings):
    settings.SITE_URL = live_server.url

    found = requests.get(
        f"{live_server.url}/.well-known/openid-configuration", timeout=30
    )

    assert found.json()["token_endpoint"] == f"{live_server.url}/oauth/token"
