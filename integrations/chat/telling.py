"""Turns what happened into messages that are due, and lines below them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Account
from incidents import poke, relay
from incidents.relay import Happening
from incidents.snapshots import Snapshot
from incidents.states import RESOLVED
from integrations.chat import hearing, lines, queue, refreshing, rooms
from integrations.models import ChatLine, ChatMessage, Extension, Room

Key = tuple[int, int]


class Chats:
    """The consumer of the outbox that keeps the rooms of extensions true."""

    def wants(self, account: Account) -> bool:
        """Say whether a chat of the account is told of incidents."""
        hearing_ones = account.extensions.filter(paused_at=None, room__isnull=False)
        return (
            hearing_ones.exists()
            or account.rooms.filter(incident__isnull=False).exists()
        )

    def take(
        self, account: Account, happenings: Sequence[Happening], at: datetime
    ) -> None:
        """Make the messages due in which something is shown that has changed."""
        found = [each for each in happenings if each.incident_id is not None]
        if not found or not account.rooms.exists():
            return
        facts = _facts(account, found)
        if not facts.listeners and not facts.shown and not facts.own:
            return
        _create(account, facts, found, at)
        refreshing.make_due(list(_changed(facts, found)), at=at)
        with timezone.override(ZoneInfo(account.time_zone)):
            _write_lines(account, facts, found)
        poke.later(queue.SEND)


def matching(account: Account, snapshot: Snapshot) -> list[Extension]:
    """List the extensions whose rooms are told of an incident that is like this."""
    found = hearing.listeners(account)
    return [each for each in found if hearing.hears(each, snapshot)]


@dataclass(slots=True)
class _Facts:
    """What happenings have around them, loaded together."""

    listeners: list[Extension]
    # The rooms of incidents that have one to themselves.
    own: dict[int, list[Room]]
    # The messages that show these incidents, by incident and room.
    shown: dict[Key, ChatMessage]
    # Those that were made just now, which show everything as it is.
    new: set[Key] = field(default_factory=set)

    def messages(self, incident: int) -> Iterator[ChatMessage]:
        """Yield the messages of an incident."""
        for (shown, _room), message in self.shown.items():
            if shown == incident:
                yield message

    def tellers(self, message: ChatMessage, snapshot: Snapshot) -> list[Extension]:
        """List the extensions that tell of it in a message's room.

        A message that is there goes on even if they would not begin it now.
        """
        own = [each for each in self.listeners if each.room_id == message.room_id]
        return [each for each in own if hearing.hears(each, snapshot)] or own


def _pk(happening: Happening) -> int:
    return happening.incident_id or 0


def _facts(account: Account, happenings: Sequence[Happening]) -> _Facts:
    ids = {_pk(each) for each in happenings}
    own: dict[int, list[Room]] = defaultdict(list)
    for room in account.rooms.filter(incident__in=ids):
        own[room.incident_id or 0].append(room)
    return _Facts(hearing.listeners(account), own, _shown(account, ids))


def _shown(account: Account, incidents: Collection[int]) -> dict[Key, ChatMessage]:
    rows = account.chat_messages.filter(incident__in=incidents)
    return {
        (row.incident_id or 0, row.room_id): row
        for row in rows.select_related("room").order_by("id")
    }


def _create(
    account: Account, facts: _Facts, happenings: Iterable[Happening], at: datetime
) -> None:
    """Begin the messages that are missing; nobody hears first of what is over."""
    wanted = dict.fromkeys(
        (_pk(each), room.pk)
        for each in happenings
        if each.verb == "trigger" or each.snapshot["status"] != RESOLVED
        for room in _rooms(facts, each)
    )
    facts.new = {key for key in wanted if key not in facts.shown}
    if facts.new:
        ChatMessage.across_accounts.bulk_create(
            (
                ChatMessage(
                    account=account,
                    incident_id=incident,
                    room_id=room,
                    created_at=at,
                    due_at=at,
                    expires_at=at + queue.KEPT,
                )
                for incident, room in wanted
                if (incident, room) in facts.new
            ),
            # Somebody may have been quicker.
            ignore_conflicts=True,
        )
        ids = {_pk(each) for each in happenings}
        facts.shown = _shown(account, ids)


def _rooms(facts: _Facts, happening: Happening) -> Iterator[Room]:
    yield from facts.own.get(_pk(happening), ())
    for extension in facts.listeners:
        if hearing.hears(extension, happening.snapshot) and extension.room:
            yield extension.room


def _changed(facts: _Facts, happenings: Iterable[Happening]) -> Iterator[int]:
    """Yield the messages that show something of what happened."""
    for happening in happenings:
        for message in facts.messages(_pk(happening)):
            key = (_pk(happening), message.room_id)
            if key not in facts.new and _is_told(facts, message, happening):
                yield message.pk


def _is_told(facts: _Facts, message: ChatMessage, happening: Happening) -> bool:
    """Say whether a message follows; where it cannot be changed, only if chosen."""
    if rooms.can_update(message.room.kind) or message.room.incident_id:
        return True
    if not message.message_id:
        # It is still to be posted, as it is by then.
        return True
    chosen = lines.UPDATES.get(happening.verb)
    tellers = facts.tellers(message, happening.snapshot)
    return any(chosen in each.updates for each in tellers)


def _write_lines(
    account: Account, facts: _Facts, happenings: Iterable[Happening]
) -> None:
    """Put what happened below the messages; what is there is not told again."""
    ChatLine.across_accounts.bulk_create(
        (
            ChatLine(
                account=account,
                message=message,
                entry_id=happening.entry.pk,
                text=lines.text(happening.entry),
                at=happening.at,
            )
            for happening in happenings
            if happening.entry is not None and lines.is_news(happening)
            for message in facts.messages(_pk(happening))
            if _has_line(facts, message, happening)
        ),
        ignore_conflicts=True,
    )


def _has_line(facts: _Facts, message: ChatMessage, happening: Happening) -> bool:
    if not rooms.can_thread(message.room.kind):
        return False
    if message.room.incident_id:
        return True
    chosen = lines.UPDATES[happening.verb]
    tellers = facts.tellers(message, happening.snapshot)
    return any(each.has_thread and chosen in each.updates for each in tellers)


relay.register(Chats())
