"""OAuth: an app that asks for a token of its own, and works with it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pagerduty

from tests.clients.python_driver.connections import IS_NEW, World

SCOPES = "users.read teams.read"


def run(world: World) -> None:
    """Send people to the right place, get a token, and see what it is good for."""
    client = world.tokens()
    link = urlsplit(client.authorize_url(SCOPES, "https://lighthouse.example/callback"))
    # The older one sends people to its own host, wherever it is used.
    assert not IS_NEW or f"{link.scheme}://{link.netloc}" == world.site
    assert link.path == "/oauth/authorize"
    assert parse_qs(link.query)["client_id"] == [world.app["client_id"]]
    found = client.get_scoped_app_token(f"as_account-us.{world.subdomain} {SCOPES}")
    assert found["token_type"].lower() == "bearer"
    assert found["expiration_date"]
    bearer = world.rest(found["access_token"], auth_type="bearer")
    assert bearer.find("users", world.email, attribute="email")
    answer = bearer.post("teams", json={"team": {"type": "team", "name": "Never"}})
    assert answer.status_code == 403
    assert answer.json()["error"]["required_scopes"] == "teams.write"
    _refused(world)


def _refused(world: World) -> None:
    world.app["client_secret"] = "not-the-secret"
    try:
        world.tokens().get_scoped_app_token(f"as_account-us.{world.subdomain} {SCOPES}")
    except pagerduty.HttpError as error:
        answer: Any = error.response
    else:
        raise AssertionError("A wrong secret was good for a token")
    assert answer.status_code == 401, answer.text
