"""The methods of the fake Slack about channels, people and user groups."""

from typing import Any

from tests.fakes.slack.methods import Ask, Said, Wrong, method
from tests.fakes.slack.place import Channel, parsed

MOST = 1000


@method("conversations.list", "channels:read", "groups:read")
def conversations_list(ask: Ask) -> Said:
    kinds = str(ask.args.get("types") or "public_channel").split(",")
    for kind, scope in (
        ("public_channel", "channels:read"),
        ("private_channel", "groups:read"),
    ):
        if kind in kinds:
            ask.needs(scope)
    found = [
        channel.shape(ask.bot)
        for channel in ask.own.workspace.channels.values()
        if _kind(channel) in kinds
        and (not channel.is_private or ask.bot in channel.members)
        and not (ask.flag("exclude_archived") and channel.is_archived)
    ]
    return _paged(ask, "channels", found)


@method("conversations.info", "channels:read", "groups:read")
def conversations_info(ask: Ask) -> Said:
    return {"channel": ask.channel().shape(ask.bot)}


@method("conversations.members", "channels:read", "groups:read")
def conversations_members(ask: Ask) -> Said:
    return _paged(ask, "members", sorted(ask.channel().members))


@method("conversations.join", "channels:join")
def conversations_join(ask: Ask) -> Said:
    channel = ask.channel()
    if channel.is_archived:
        raise Wrong("is_archived")
    channel.members.add(ask.bot)
    return {"channel": channel.shape(ask.bot)}


@method("conversations.create", "channels:manage", "groups:write")
def conversations_create(ask: Ask) -> Said:
    name = str(ask.given("name", "invalid_name_required"))
    is_private = ask.flag("is_private")
    ask.needs("groups:write" if is_private else "channels:manage")
    if len(name) > 80:
        raise Wrong("invalid_name_maxlength")
    if name != name.lower() or any(not (c.isalnum() or c in "-_") for c in name):
        raise Wrong("invalid_name_specials")
    team = ask.own.workspace
    if any(found.name == name for found in team.channels.values()):
        raise Wrong("name_taken")
    made = ask.slack.channel(name, team=team, is_private=is_private)
    made.creator = ask.bot
    return {"channel": made.shape(ask.bot)}


@method("conversations.invite", "channels:manage", "groups:write")
def conversations_invite(ask: Ask) -> Said:
    channel = ask.channel(for_members=True)
    if channel.is_archived:
        raise Wrong("is_archived")
    users = str(ask.given("users", "no_user")).split(",")
    if len(users) == 1 and users[0] in channel.members:
        raise Wrong("already_in_channel")
    if users == [ask.bot]:
        raise Wrong("cant_invite_self")
    for user in users:
        ask.person(user)
    channel.members |= set(users)
    return {"channel": channel.shape(ask.bot)}


@method("conversations.archive", "channels:manage", "groups:write")
def conversations_archive(ask: Ask) -> Said:
    channel = ask.channel()
    if channel.is_archived:
        raise Wrong("already_archived")
    channel.is_archived = True
    return {}


@method("conversations.setTopic", "channels:manage", "groups:write")
def conversations_set_topic(ask: Ask) -> Said:
    channel = ask.channel(for_members=True)
    if channel.is_archived:
        raise Wrong("is_archived")
    topic = str(ask.args.get("topic") or "")
    if len(topic) > 250:
        raise Wrong("too_long")
    channel.topic = topic
    return {"channel": channel.shape(ask.bot)}


@method("conversations.open", "im:write")
def conversations_open(ask: Ask) -> Said:
    person = ask.person(str(ask.given("users", "users_not_found")))
    if person.is_deleted:
        raise Wrong("user_disabled")
    if person.id == ask.bot:
        raise Wrong("cannot_dm_bot")
    return {"channel": {"id": ask.slack.direct(person).id}}


@method("conversations.history", "channels:history", "groups:history", "im:history")
def conversations_history(ask: Ask) -> Said:
    channel = ask.channel(for_members=True)
    oldest = float(ask.args.get("oldest") or 0)
    latest = float(ask.args.get("latest") or 1e12)
    is_inclusive = ask.flag("inclusive")
    found = []
    for message in reversed(channel.tops):
        ts = float(message.ts)
        if oldest < ts < latest or (is_inclusive and ts in (oldest, latest)):
            shape = message.shape()
            if not ask.flag("include_all_metadata"):
                shape.pop("metadata", None)
            found.append(shape)
    said = _paged(ask, "messages", found)
    return {**said, "has_more": bool(said["response_metadata"]["next_cursor"])}


@method("users.info", "users:read")
def users_info(ask: Ask) -> Said:
    person = ask.person(str(ask.given("user", "user_not_found")))
    has_email = "users:read.email" in ask.own.scopes
    return {"user": person.shape(with_email=has_email)}


@method("users.list", "users:read")
def users_list(ask: Ask) -> Said:
    has_email = "users:read.email" in ask.own.scopes
    people = ask.own.workspace.people.values()
    return _paged(ask, "members", [p.shape(with_email=has_email) for p in people])


@method("users.lookupByEmail", "users:read.email")
def users_lookup_by_email(ask: Ask) -> Said:
    email = str(ask.given("email", "users_not_found")).lower()
    for person in ask.own.workspace.people.values():
        is_theirs = person.email.lower() == email
        if is_theirs and not (person.is_bot or person.is_deleted):
            return {"user": person.shape(with_email=True)}
    raise Wrong("users_not_found")


@method("usergroups.list", "usergroups:read")
def usergroups_list(ask: Ask) -> Said:
    groups = ask.own.workspace.usergroups
    return {"usergroups": [_usergroup(ask, name) for name in groups]}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(ask: Ask) -> Said:
    return {"users": list(_members(ask)[1])}


@method("usergroups.users.update", "usergroups:write")
def usergroups_users_update(ask: Ask) -> Said:
    handle, _old = _members(ask)
    given = parsed(ask.args.get("users")) if _is_list(ask) else ask.args.get("users")
    users = given if isinstance(given, list) else str(given or "").split(",")
    users = [user for user in users if user]
    if not users:
        raise Wrong("no_users_provided")
    for user in users:
        if ask.own.workspace.people.get(user) is None:
            raise Wrong("invalid_users")
    name = str(ask.args["usergroup"])
    ask.own.workspace.usergroups[name] = (handle, users)
    return {"usergroup": _usergroup(ask, name)}


def _is_list(ask: Ask) -> bool:
    return str(ask.args.get("users") or "").startswith("[")


def _members(ask: Ask) -> tuple[str, list[str]]:
    name = str(ask.given("usergroup", "no_such_subteam"))
    found = ask.own.workspace.usergroups.get(name)
    if found is None:
        raise Wrong("no_such_subteam")
    return found


def _usergroup(ask: Ask, name: str) -> dict[str, Any]:
    handle, users = ask.own.workspace.usergroups[name]
    return {
        "id": name,
        "team_id": ask.own.workspace.id,
        "is_usergroup": True,
        "name": handle,
        "handle": handle,
        "description": "",
        "date_delete": 0,
        "user_count": len(users),
        **({"users": users} if ask.flag("include_users") else {}),
    }


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _paged(ask: Ask, name: str, found: list[Any]) -> Said:
    limit = min(int(ask.args.get("limit") or 100), MOST)
    try:
        start = int(str(ask.args.get("cursor") or "c0").removeprefix("c"))
    except ValueError:
        raise Wrong("invalid_cursor") from None
    end = start + limit
    cursor = f"c{end}" if end < len(found) else ""
    return {name: found[start:end], "response_metadata": {"next_cursor": cursor}}
