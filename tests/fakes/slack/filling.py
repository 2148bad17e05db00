"""How people fill in a modal of the fake Slack, and what Slack makes of the answer."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack import blocks as shapes
from tests.fakes.slack import place

ONE = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
}
OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}


def elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    """What is interactive in a modal."""
    return list(place.elements_of(view["blocks"]))


def block_of(view: dict[str, Any], action_id: str) -> str:
    """Return the block in which an element is."""
    return str(_by(elements(view), action_id)["block_id"])


def chosen(found: list[dict[str, Any]], action_id: str, option: str) -> dict[str, Any]:
    """Return an element as Slack tells that it was pressed, or an option chosen."""
    element = _by(found, action_id)
    about = {name: element[name] for name in ("type", "action_id", "block_id")}
    if element["type"] == "button":
        return about | {n: element[n] for n in ("text", "value") if n in element}
    if element["type"] in OPTION:
        return about | {"selected_option": _option(element, option)}
    return about | {ONE[element["type"]]: option}


def state(view: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a modal as Slack sends them in."""
    left = dict(values)
    filled: dict[str, Any] = {}
    for block in view["blocks"]:
        for element in place.elements_of([block]):
            if element["type"] in ("button", "overflow"):
                continue
            action = element["action_id"]
            name = action if action in left else element["block_id"]
            value = left.pop(name, None)
            is_needed = block["type"] == "input" and not block.get("optional")
            answer = _value(element, value)
            assert not is_needed or not _is_empty(answer), f"{name} must be filled in"
            filled.setdefault(element["block_id"], {})[action] = answer
    assert not left, f"the modal does not ask for {sorted(left)}"
    return filled


def apply_answer(slack: Any, answer: Any, payload: dict[str, Any]) -> None:
    """Do with a modal what the app's answer to it says."""
    if payload["type"] != "view_submission" or answer.status_code != 200:
        return
    said = json.loads(answer.content or b"{}")
    view = slack.views.get(payload["view"]["id"])
    action = said.get("response_action")
    if action == "errors":
        blocks = {block["block_id"] for block in payload["view"]["blocks"]}
        assert set(said["errors"]) <= blocks, "errors name blocks of the modal"
        return
    if action in ("update", "push"):
        assert not shapes.faults_of_view(said["view"]), said["view"]
        view.update(said["view"])
        view["blocks"] = shapes.numbered(said["view"]["blocks"], "u")
        return
    assert action in (None, "clear"), action
    slack.views.pop(payload["view"]["id"], None)


def show_answer(slack: Any, answer: Any, user: Any, channel: Any) -> None:
    """Show what an app answers to a command at once."""
    if answer.status_code != 200 or not answer.content:
        return
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = {"text": answer.content.decode()}
    if not said.get("text") and not said.get("blocks"):
        return
    assert not shapes.faults_of(said.get("blocks") or []), said
    only_for = "" if said.get("response_type") == "in_channel" else user.id
    shown = shapes.numbered(said.get("blocks") or [], "c")
    team = slack.workspaces[user.team_id]
    slack.posted(
        channel, said.get("text") or "", team.bot, blocks=shown, only_for=only_for
    )


def _by(found: list[dict[str, Any]], action_id: str) -> dict[str, Any]:
    for element in found:
        if element["action_id"] == action_id:
            return element
    there = [element["action_id"] for element in found]
    raise AssertionError(f"there is no {action_id} among {there}")


def _option(element: dict[str, Any], value: str) -> dict[str, Any]:
    if element["type"] == "external_select":
        return {"text": {"type": "plain_text", "text": value}, "value": value}
    groups = element.get("option_groups") or [element]
    there = [option for group in groups for option in group["options"]]
    for option in there:
        if option["value"] == value:
            return dict(option)
    values = [option["value"] for option in there]
    raise AssertionError(f"there is no option {value} among {values}")


def _value(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind in OPTION:
        initial = element.get("initial_option")
        found = initial if value is None else _option(element, value)
        return {"type": kind, "selected_option": found}
    if kind in OPTIONS:
        initial = element.get("initial_options", [])
        found = initial if value is None else [_option(element, v) for v in value]
        return {"type": kind, "selected_options": found}
    if kind in ONE:
        given = element.get(ONE[kind].replace("selected", "initial"))
        return {"type": kind, ONE[kind]: given if value is None else value}
    text = element.get("initial_value") if value is None else value
    most = element.get("max_length", 3000)
    assert text is None or len(text) <= most, "Slack lets nobody type that much"
    return {"type": kind, "value": text or None}


def _is_empty(answer: dict[str, Any]) -> bool:
    return not any(value for name, value in answer.items() if name != "type")
