"""Errors, as the client hands them on."""

from typing import Any

import pagerduty

from tests.clients.python_driver.connections import World


def run(world: World) -> None:
    """Ask for what is not there, is wrong, or is not allowed."""
    client = world.account
    _refused(404, "Not Found", client.rget, "users/PNOBODY")
    bad = {"type": "user", "name": "Ann", "email": world.email}
    _refused(400, "Email has already been taken", client.rpost, "users", json=bad)
    reading = world.rest(world.keys["reading"], default_from=world.email)
    team = {"type": "team", "name": "Never"}
    _refused(403, "only reads", reading.rpost, "teams", json=team)
    assert reading.find("teams", "Never") is None
    stranger = world.rest("nobodysKey0000000000")
    _refused(401, "not valid", stranger.get, "users")
    _refused(404, "Not Found", client.rget, "nothing/like/this")


def _refused(status: int, words: str, call: Any, *arguments: Any, **named: Any) -> None:
    try:
        call(*arguments, **named)
    except pagerduty.HttpError as error:
        answer: Any = error.response
    except pagerduty.UrlError:
        # It knows the published addresses itself.
        return
    else:
        raise AssertionError(f"Nobody refused {arguments}")
    assert answer.status_code == status, answer.text
    assert words in answer.text, answer.text
