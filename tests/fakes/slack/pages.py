"""The pages of the fake Slack, for tests with a browser: allowing, and channels."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from tests.fakes.slack import sign_ins
from tests.fakes.slack.acting import Slack
from tests.fakes.slack.place import Channel, Message, words_of

Shown = tuple[int, str]
ALLOWING = {"/oauth/v2/authorize": False, "/openid/connect/authorize": True}


def shown(slack: Slack, path: str, asked: dict[str, str]) -> Shown:
    """Show a page."""
    if path in ALLOWING:
        return _question(slack, asked, is_sign_in=ALLOWING[path])
    if path.startswith("/channels/"):
        channel = _channel(slack, path.split("/")[2])
        return 200, _channel_page(slack, channel, asked.get("user", ""))
    return 404, "<!DOCTYPE html><title>Not found</title>"


def done(
    slack: Slack, path: str, asked: dict[str, str], given: dict[str, str]
) -> Shown:
    """Do what a form says, and send the browser on."""
    if path in ALLOWING:
        team = slack.workspaces[given["team"]]
        is_allowed = given["answer"] == "allow"
        person = team.people[given["user"]] if is_allowed else None
        return 302, sign_ins.decided(slack, asked, team, person)
    channel = _channel(slack, path.split("/")[2])
    team = channel.workspace
    person = team.people[given["user"]]
    back = f"/channels/{channel.id}?{urlencode({'user': person.id})}"
    act = path.split("/")[3]
    if act == "press":
        message = next(m for m in channel.messages if m.ts == given["ts"])
        option = given.get("option", "")
        slack.presses(slack.app, message, given["action"], person, option=option)
    elif act == "say":
        where = channel.message(given.get("ts", "")) or channel
        slack.says(slack.app, where, given["text"], person)
    elif act == "command":
        command, _, text = given["text"].partition(" ")
        slack.commands(slack.app, command, text, person, channel)
    elif act == "submit":
        view = slack.views[given.pop("view")]
        names = {e["action_id"] for e in sign_fields(view)}
        values = {n: v for n, v in given.items() if n in names and v}
        slack.submits(slack.app, view, values, person)
    return 302, back


def sign_fields(view: dict[str, Any]) -> list[dict[str, Any]]:
    """What is to be filled in in a modal."""
    return [b["element"] for b in view["blocks"] if b["type"] == "input"]


def _question(slack: Slack, asked: dict[str, str], *, is_sign_in: bool) -> Shown:
    if words := sign_ins.refusal(slack, asked, is_sign_in=is_sign_in):
        return 200, f"<!DOCTYPE html><title>Slack</title><p>{escape(words)}</p>"
    teams = "".join(
        f'<option value="{team.id}">{escape(team.name)}</option>'
        for team in slack.workspaces.values()
    )
    people = (
        "".join(
            f'<option value="{p.id}">{escape(p.name)}</option>'
            for team in slack.workspaces.values()
            for p in team.people.values()
            if not p.is_bot
        )
        or f'<option value="{slack.person("admin").id}">admin</option>'
    )
    return 200, _page(
        "OnCall wants to come into your workspace",
        f"""<form method="post">
        <label>Workspace <select name="team">{teams}</select></label>
        <label>You are <select name="user">{people}</select></label>
        <p>{escape(asked["scope"])}</p>
        <button name="answer" value="allow">Allow</button>
        <button name="answer" value="cancel">Cancel</button></form>""",
    )


def _channel(slack: Slack, name: str) -> Channel:
    for team in slack.workspaces.values():
        if name in team.channels:
            return team.channels[name]
    raise KeyError(name)


def _channel_page(slack: Slack, channel: Channel, user: str) -> str:
    people = channel.workspace.people
    chosen = people.get(user) or next(p for p in people.values() if not p.is_bot)
    visible = [m for m in channel.messages if m.only_for in ("", chosen.id)]
    messages = "".join(_message(m, chosen.id, people) for m in visible)
    views = "".join(
        _modal(channel, view, chosen.id)
        for name, view in slack.views.items()
        if view["user"] == chosen.id and name == view["id"]
    )
    links = " ".join(
        f'<a href="?user={p.id}">{escape(p.name)}</a>'
        for p in people.values()
        if not p.is_bot
    )
    start = f'<form method="post" action="/channels/{channel.id}'
    hidden = f'<input type="hidden" name="user" value="{chosen.id}">'
    return _page(
        f"#{channel.name}",
        f"""<p>You are {escape(chosen.name)}. {links}</p>
        <p>Topic: {escape(channel.topic)}</p>{messages}{views}
        {start}/say">{hidden}<label>Message <input name="text"></label>
        <button>Send</button></form>
        {start}/command">{hidden}<label>Command <input name="text"></label>
        <button>Run</button></form>""",
    )


def _message(message: Message, user: str, people: dict[str, Any]) -> str:
    name = people[message.user].name if message.user in people else message.user
    text = "<br>".join(escape(words) for words in _shown_of(message))
    kind = "reply" if message.thread_ts else "message"
    whisper = " whisper" if message.only_for else ""
    presses = "".join(_press(message, user, e) for e in message.elements)
    answer = ""
    if not message.thread_ts and not message.only_for:
        answer = _form(
            message.channel,
            "say",
            {"ts": message.ts, "user": user},
            '<label>Reply <input name="text"></label><button>Reply</button>',
        )
    return f"""<article class="{kind}{whisper}" id="m{message.ts}">
        <b>{escape(name)}</b><p>{text}</p>{presses}{answer}</article>"""


def _shown_of(message: Message) -> list[str]:
    """Blocks stand in the place of the text, which is for notifications then."""
    still = [block for block in message.blocks if block["type"] != "actions"]
    return list(words_of(still)) if message.blocks else message.text.split("\n")


def _press(message: Message, user: str, element: dict[str, Any]) -> str:
    given = {"ts": message.ts, "user": user, "action": element["action_id"]}
    if element["type"] == "button":
        label = escape(element["text"]["text"])
        if url := element.get("url"):
            return f'<a href="{escape(url)}">{label}</a>'
        return _form(message.channel, "press", given, f"<button>{label}</button>")
    return "".join(
        _form(
            message.channel,
            "press",
            {**given, "option": option["value"]},
            f"<button>{escape(option['text']['text'])}</button>",
        )
        for option in element.get("options", [])
    )


def _modal(channel: Channel, view: dict[str, Any], user: str) -> str:
    fields = "".join(
        f"<label>{escape(block['label']['text'])} {_field(block['element'])}</label>"
        for block in view["blocks"]
        if block["type"] == "input"
    )
    title = escape(view["title"]["text"])
    submit = escape(view.get("submit", {"text": "Close"})["text"])
    inside = f"<h2>{title}</h2>{fields}<button>{submit}</button>"
    form = _form(channel, "submit", {"user": user, "view": view["id"]}, inside)
    return f'<section role="dialog" aria-label="{title}">{form}</section>'


def _field(element: dict[str, Any]) -> str:
    name = escape(element["action_id"])
    if "options" in element:
        first = (element.get("initial_option") or {}).get("value")
        options = "".join(
            f'<option value="{escape(o["value"])}"'
            f"{' selected' if o['value'] == first else ''}>"
            f"{escape(o['text']['text'])}</option>"
            for o in element["options"]
        )
        return f'<select name="{name}">{options}</select>'
    value = escape(str(element.get("initial_value", "")))
    return f'<textarea name="{name}">{value}</textarea>'


def _form(channel: Channel, act: str, given: dict[str, str], inside: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in given.items()
    )
    action = f"/channels/{channel.id}/{act}"
    return f'<form method="post" action="{action}">{hidden}{inside}</form>'


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>{body}</html>"
    )
