"""The steps of an incident's channel: made, told of, named, filled with people, closed.

What Slack is asked is asked outside of transactions; each step writes down what it did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts import tenancy
from accounts.permissions import Actor
from incidents import changes, poke, relay, wording
from incidents.models import Incident, Responder, TimelineEntry
from integrations.chat import queue, rooms
from integrations.models import ChatLine, ChatMessage, IncidentChannel, Room
from integrations.slack.access import picking
from integrations.slack.api import client, failures
from integrations.slack.api.client import Client
from integrations.slack.api.shapes import SlackChannel
from integrations.slack.channels import channel_names
from integrations.slack.direct_messages import paging

VERB: Final = "channel_opened"
# As many names are tried as could ever be taken by others.
MOST_NAMES: Final = 20
# An archived channel takes no message, so the last one goes first.
LAST_WORDS: Final = timedelta(seconds=10)
# Of a long list so many parts are looked through for a channel of ours.
MOST_PARTS: Final = 4
HELPING: Final = (Responder.State.PENDING, Responder.State.JOINED)


def take_all(channel: IncidentChannel, now: Callable[[], datetime]) -> timedelta | None:
    """Take whatever steps are due; this will say when to look again, if ever.

    Raises the failures of `integrations.chat.rooms`.
    """
    if not channel.channel_id:
        _keep(channel, _made(channel), now())
    incident, people = _look(channel)
    _say_topic(channel, incident)
    _invite(channel, people)
    if incident.is_open or not channel.archives or channel.archived_at:
        return None
    if _has_more_to_say(channel):
        return LAST_WORDS
    _slack(channel).archive(channel.channel_id)
    _save(channel, archived_at=now())
    return None


def link_of(incident: Incident) -> str:
    """Return the address of the incident's page."""
    return f"{settings.SITE_URL}{reverse('incident', args=[incident.number])}"


def _slack(channel: IncidentChannel) -> Client:
    return client.of(channel.workspace)


def _made(channel: IncidentChannel) -> SlackChannel:
    """Make the channel, or find the one of an attempt that had no answer."""
    slack = _slack(channel)
    while True:
        name = channel_names.numbered(channel.name, channel.tries)
        try:
            return slack.create_channel(name, channel.is_private)
        except failures.NameTaken:
            if channel.attempts > 1 and (ours := _ours(channel, slack, name)):
                return ours
            if channel.tries >= MOST_NAMES:
                raise
            _save(channel, tries=channel.tries + 1)


def _ours(channel: IncidentChannel, slack: Client, name: str) -> SlackChannel | None:
    """Find a channel of that name that only we can have made: nobody uses it yet."""
    cursor = ""
    for _part in range(MOST_PARTS):
        part = slack.list_channels(cursor)
        for each in part.found:
            if each.name.lstrip("#") == name:
                found = slack.channel_info(each.id)
                return found if _is_fresh(channel, found) else None
        cursor = part.cursor
        if not cursor:
            break
    return None


def _is_fresh(channel: IncidentChannel, found: SlackChannel) -> bool:
    if not found.is_member or found.is_archived or found.topic:
        return False
    with tenancy.scope(channel.account):
        known = channel.account.rooms.filter(
            workspace=channel.workspace, channel_id=found.id
        )
        return not known.exists()


def _keep(channel: IncidentChannel, made: SlackChannel, at: datetime) -> None:
    """Show the incident there, and say so on its timeline, all in one."""
    account = channel.account
    with tenancy.scope(account):
        incident = changes.lock(account.incidents.get(pk=channel.incident_id))
        room, _is_new = account.rooms.get_or_create(
            kind=picking.KIND,
            workspace=channel.workspace,
            channel_id=made.id,
            defaults={
                "name": f"#{made.name}"[:200],
                "incident": incident,
                "created_at": at,
            },
        )
        _save_here(
            channel,
            room=room,
            channel_id=made.id,
            name=made.name[:80],
            tries=0,
            url=_address(channel, made.id),
            opened_at=at,
        )
        _tell(channel, incident, room, at)
        relay.reconsider(account)
        poke.later(queue.SEND)


def _address(channel: IncidentChannel, channel_id: str) -> str:
    base = channel.workspace.url.rstrip("/")
    if base.startswith("https://"):
        return f"{base}/archives/{channel_id}"
    team = channel.workspace.team_id
    return f"https://slack.com/app_redirect?channel={channel_id}&team={team}"


def _tell(
    channel: IncidentChannel, incident: Incident, room: Room, at: datetime
) -> None:
    """Write the timeline, a line below each message, and begin the channel's own."""
    asked_by = channel.asked_by
    actor = Actor(channel.asked_via, asked_by, name=channel.asked_as)
    changes.write(
        VERB, incident, actor=actor, at=at, channel=room.name, link=channel.url
    )
    entry = incident.timeline.filter(verb=VERB).latest("id")
    _write_lines(incident, entry, at)
    ChatMessage.across_accounts.bulk_create(
        [
            ChatMessage(
                account=incident.account,
                room=room,
                incident=incident,
                due_at=at,
                expires_at=at + queue.KEPT,
                created_at=at,
            )
        ],
        # The relay may have been quicker.
        ignore_conflicts=True,
    )


def _write_lines(incident: Incident, entry: TimelineEntry, at: datetime) -> None:
    """Put the link below the messages that people have in their channels already."""
    shown = incident.chat_messages.filter(room__incident=None).select_related("room")
    found = [each for each in shown if rooms.can_thread(each.room.kind)]
    ChatLine.across_accounts.bulk_create(
        (
            ChatLine(
                account=incident.account,
                message=message,
                entry_id=entry.pk,
                text=wording.tell(entry).text,
                at=at,
            )
            for message in found
        ),
        ignore_conflicts=True,
    )
    ids = [message.pk for message in found]
    waiting = incident.account.chat_messages.filter(pk__in=ids, due_at=None)
    waiting.update(due_at=at, expires_at=at + queue.KEPT)


def _look(channel: IncidentChannel) -> tuple[Incident, Sequence[str]]:
    """Read the incident, and who belongs into its channel, by Slack's ids."""
    account = channel.account
    with tenancy.scope(account):
        incident = account.incidents.get(pk=channel.incident_id)
        assigned = incident.assignments.values_list("membership_id", flat=True)
        helping = incident.responders.filter(state__in=HELPING)
        members = {*assigned, *helping.values_list("membership_id", flat=True)}
        if channel.asked_by_id:
            members.add(channel.asked_by_id)
        links = account.chat_users.filter(
            place=f"{paging.KIND} {channel.workspace.team_id}",
            membership__in=members,
            membership__deactivated_at=None,
        )
        return incident, list(links.values_list("user_id", flat=True))


def _say_topic(channel: IncidentChannel, incident: Incident) -> None:
    topic = channel_names.topic(incident, link_of(incident))
    if topic != channel.topic and not channel.archived_at:
        _slack(channel).set_topic(channel.channel_id, topic)
        _save(channel, topic=topic)


def _invite(channel: IncidentChannel, people: Sequence[str]) -> None:
    """Bring those in who were not invited before; who left by choice stays away."""
    new = [user for user in people if user not in channel.invited]
    if not new or channel.archived_at:
        return
    try:
        _slack(channel).invite(channel.channel_id, new)
    except rooms.Refused:
        _invite_each(channel, new)
    _save(channel, invited=[*channel.invited, *new])


def _invite_each(channel: IncidentChannel, people: Sequence[str]) -> None:
    """One whom Slack lets nobody invite does not keep the others away."""
    for user in people:
        try:
            _slack(channel).invite(channel.channel_id, [user])
        except rooms.Refused:
            continue


def _has_more_to_say(channel: IncidentChannel) -> bool:
    with tenancy.scope(channel.account):
        shown = channel.account.chat_messages.filter(
            room__incident=channel.incident_id, room__broken_at=None
        )
        return (
            shown.exclude(due_at=None).exists()
            or channel.account.outbox.filter(incident=channel.incident_id).exists()
        )


def _save(channel: IncidentChannel, **values: object) -> None:
    with tenancy.scope(channel.account):
        _save_here(channel, **values)


def _save_here(channel: IncidentChannel, **values: object) -> None:
    for name, value in values.items():
        setattr(channel, name, value)
    channel.save(update_fields=list(values))
