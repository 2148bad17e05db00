"""Whatever a payload of Slack's lacks or has instead, no door and no worker fails."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from integrations.models import ChatRequest
from integrations.slack.layout import actions
from tests.fakes.slack.telling import EVENTS, FORM, INTERACTIVITY
from tests.integrations.slack.acting import place

ODD: tuple[Any, ...] = (None, 3, [], {"a": [1]}, "odd \0 \ud800 <!channel>" * 99)


@pytest.fixture
def ops(slack, acme, client):
    return place(slack, acme, client, takes_notes=True, anybody_may_act=True)


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a payload."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, part in inside:
        # What a message shows is not read, but for where it is.
        if name != "blocks":
            yield (*before, name)
            yield from paths(part, (*before, name))


def changed(payload: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Put something odd into a copy of a payload."""
    made = copy.deepcopy(payload)
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = odd
    return made


def pressed(ops, acme) -> Any:
    _incident, message = ops.shows(acme)
    ops.slack.presses(
        ops.client, message, "oncall:acknowledge", ops.slack.person("eve")
    )


def chosen(ops, acme) -> Any:
    incident, message = ops.shows(acme)
    option = actions.choice(actions.MORE_WHO, incident.public_id)
    ops.slack.presses(
        ops.client, message, actions.MORE, ops.links(acme.alice), option=option
    )


def sent_in(ops, acme) -> Any:
    _incident, message = ops.shows(acme)
    alice = ops.links(acme.alice)
    ops.slack.presses(ops.client, message, "oncall:snooze", alice)
    (view,) = ops.slack.views.values()
    view["blocks"] = view["blocks"][-2:]
    ops.slack.submits(ops.client, view, {"oncall:length": "1h"}, alice)


def shortcut(ops, acme) -> Any:
    _incident, message = ops.shows(acme)
    ops.slack.shortcut(
        ops.client, actions.SHORTCUT_CREATE, ops.links(acme.alice), message
    )


def said(ops, acme) -> Any:
    _incident, message = ops.shows(acme)
    ops.slack.says(ops.client, message, "Hello <@U1>", ops.links(acme.alice))


@pytest.mark.parametrize("does", [pressed, chosen, sent_in, shortcut, said])
def test_odd_parts_of_a_payload_do_no_harm(ops, acme, does, caplog):
    does(ops, acme)
    ops.works()
    sent = ops.slack.sent[-1]
    found = list(paths(sent.payload))
    for number, path in enumerate(found):
        # Each part has its turn with one of them; together they have met all.
        odd = ODD[number % len(ODD)]
        payload = {**changed(sent.payload, path, odd), "event_id": f"Ev{number}"}
        body, kind = json.dumps(payload), "application/json"
        if sent.path == INTERACTIVITY:
            body, kind = urlencode({"payload": body}), FORM
        answer = ops.slack.tells(ops.client, sent.path, body, kind=kind)
        assert answer.status_code == 200, (path, odd)
    ops.works()

    assert sent.path in (INTERACTIVITY, EVENTS)
    assert len(found) > 20
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == []
    errors = ChatRequest.across_accounts.exclude(error="").values_list("error")
    assert not errors.filter(error__regex="^[A-Za-z]+(Error|Exception)").exists()
