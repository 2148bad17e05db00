"""Keeps topics and user groups equal to who is on call; writes only on change."""

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Membership
from integrations.chat import rooms
from integrations.models import ChatUser, OnCallMirror
from integrations.slack.api import client
from integrations.slack.direct_messages import paging
from integrations.slack.rota import topics
from oncall import queries

logger = logging.getLogger(__name__)

# How often we look who is on call, and how often what Slack shows.
EVERY: Final = timedelta(minutes=1)
LOOKS_AT_SLACK: Final = timedelta(minutes=10)
LEASE: Final = timedelta(minutes=2)
BATCH: Final = 100
# After a failure, and at the most after many of them.
PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call, and who of them is known in the workspace."""

    people: Sequence[Membership]
    # Slack's ids by membership.
    linked: dict[int, str]

    @property
    def names(self) -> list[str]:
        return [person.name for person in self.people]

    @property
    def users(self) -> list[str]:
        """Slack's ids of them, in a fixed order."""
        return sorted({self.linked[p.pk] for p in self.people if p.pk in self.linked})

    @property
    def unlinked(self) -> list[str]:
        return [p.name for p in self.people if p.pk not in self.linked]


@dataclass(frozen=True, slots=True)
class Seen:
    """What Slack shows now by our doing, and whether we have just changed it."""

    written: str
    is_changed: bool = False


def work_due(now: Callable[[], datetime]) -> int:
    """Look after every mirror that is due; this will return how many.

    A workspace that does not answer is left alone for the rest of the round, so that
    the others do not wait for it.
    """
    silent: set[int] = set()
    for count in range(BATCH):
        mirror = _lease(now(), silent)
        if mirror is None:
            return count
        try:
            _work(mirror, now(), silent)
        except Exception:
            logger.exception("Could not work mirror %s", mirror.pk)
            _settle(mirror, now(), error=_("Something went wrong on our side."))
    return BATCH


def _lease(at: datetime, silent: set[int]) -> OnCallMirror | None:
    with tenancy.all_accounts():
        due = OnCallMirror.across_accounts.filter(
            Q(lease=None) | Q(leased_until__lte=at),
            due_at__lte=at,
            paused_at=None,
        ).exclude(workspace__in=silent)
        found = due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "account", "workspace", "schedule", "policy"
        )
        mirror = found.order_by("due_at", "id").first()
        if mirror is not None:
            mirror.lease, mirror.leased_until = uuid.uuid4(), at + LEASE
            mirror.save(update_fields=["lease", "leased_until"])
        return mirror


def _work(mirror: OnCallMirror, at: datetime, silent: set[int]) -> None:
    with tenancy.scope(mirror.account):
        on_call = look(mirror, at)
    if _is_known(mirror, on_call, at):
        _settle(mirror, at, on_call=on_call)
        return
    try:
        seen = _SHOWS[mirror.kind](mirror, on_call)
    except rooms.Limited as failure:
        silent.add(mirror.workspace_id)
        _settle(mirror, at, error=str(failure), pause=failure.retry_after)
        _hold(mirror, at + failure.retry_after)
    except rooms.Unavailable as failure:
        silent.add(mirror.workspace_id)
        _settle(mirror, at, error=str(failure))
    except (rooms.Failure, topics.Full) as failure:
        words = str(failure) or _("What others wrote leaves no room in the topic.")
        _settle(mirror, at, error=words, pause=LONGEST_PAUSE)
    else:
        _settle(mirror, at, on_call=on_call, seen=seen)


def look(mirror: OnCallMirror, at: datetime) -> OnCall:
    """Say who is on call by the mirror's source, in the account's scope."""
    people = _people(mirror, at)
    links = mirror.account.chat_users.filter(
        place=f"{paging.KIND} {mirror.workspace.team_id}", membership__in=people
    )
    return OnCall(people, _ids(links.order_by("-id")))


def _ids(links: Iterable[ChatUser]) -> dict[int, str]:
    # Of somebody with two the older one counts.
    return {link.membership_id or 0: link.user_id for link in links}


def _people(mirror: OnCallMirror, at: datetime) -> list[Membership]:
    if mirror.schedule is not None:
        found = queries.on_call(mirror.account, [mirror.schedule.pk], at)
        return [person for person in found.values() if person is not None]
    plan = queries.plan_of(mirror.policy)
    if mirror.level is None or mirror.level > len(plan.levels):
        return []
    level = plan.levels[mirror.level - 1]
    reached = queries.people_of(mirror.account, level, at)
    return [each.membership for each in reached]


def _is_known(mirror: OnCallMirror, on_call: OnCall, at: datetime) -> bool:
    """Say whether Slack shows it already, as we saw not long ago."""
    if mirror.checked_at is None or at - mirror.checked_at >= LOOKS_AT_SLACK:
        return False
    if mirror.last_error:
        return False
    return mirror.written == _wanted(mirror, on_call)


def _wanted(mirror: OnCallMirror, on_call: OnCall) -> str:
    if mirror.kind == OnCallMirror.Kind.TOPIC:
        return topics.part(mirror.template, on_call.names)
    return " ".join(on_call.users) or mirror.written


def _show_topic(mirror: OnCallMirror, on_call: OnCall) -> Seen:
    slack = client.of(mirror.workspace)
    topic = slack.channel_info(mirror.target_id).topic
    wanted, ours = topics.replaced(
        topic, mirror.template, on_call.names, mirror.written
    )
    if topics.same(topic, wanted):
        return Seen(ours)
    slack.set_topic(mirror.target_id, wanted)
    return Seen(ours, is_changed=True)


def _show_group(mirror: OnCallMirror, on_call: OnCall) -> Seen:
    users = on_call.users
    if not users:
        # Slack lets no group be empty, so it stays as it is, and a warning says so.
        return Seen(mirror.written)
    slack = client.of(mirror.workspace)
    there = slack.usergroup_members(mirror.target_id)
    if set(there) == set(users):
        return Seen(" ".join(users))
    slack.set_usergroup_members(mirror.target_id, users)
    return Seen(" ".join(users), is_changed=True)


_SHOWS: Final[dict[str, Callable[[OnCallMirror, OnCall], Seen]]] = {
    OnCallMirror.Kind.TOPIC: _show_topic,
    OnCallMirror.Kind.GROUP: _show_group,
}


def _settle(
    mirror: OnCallMirror,
    at: datetime,
    *,
    on_call: OnCall | None = None,
    seen: Seen | None = None,
    error: str = "",
    pause: timedelta | None = None,
) -> None:
    """Write down how it went, unless somebody else has it by now."""
    values: dict[str, object] = {"lease": None, "leased_until": None}
    if error:
        values |= _failed(mirror, at, error, pause)
    else:
        values |= {"due_at": at + EVERY, "failures": 0, "last_error": ""}
    if on_call is not None:
        values |= {"unlinked": on_call.unlinked, "is_empty": not on_call.people}
    if seen is not None:
        values |= {"written": seen.written[:2000], "checked_at": at}
        values |= {"changed_at": at} if seen.is_changed else {}
    with tenancy.scope(mirror.account):
        mine = mirror.account.mirrors.filter(pk=mirror.pk, lease=mirror.lease)
        # Who paused it meanwhile or wants it looked at again has the last word.
        if not mine.filter(due_at=mirror.due_at).update(**values):
            values.pop("due_at")
            mine.update(**values)


def _hold(mirror: OnCallMirror, until: datetime) -> None:
    """Leave the others of the workspace alone as well for so long."""
    with tenancy.scope(mirror.account):
        mirror.workspace.mirrors.filter(due_at__lt=until).update(due_at=until)


def _failed(
    mirror: OnCallMirror, at: datetime, error: str, pause: timedelta | None
) -> dict[str, object]:
    longer = PAUSE * 2 ** min(mirror.failures, 5)
    return {
        "due_at": at + max(pause or timedelta(), min(longer, LONGEST_PAUSE)),
        "failures": mirror.failures + 1,
        "last_error": error[:300],
        "last_error_at": at,
    }
