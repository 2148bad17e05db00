"""What is kept equal to who is on call: added, paused and removed by people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents import poke
from integrations.chat import queue
from integrations.models import OnCallMirror, SlackWorkspace
from integrations.slack.rota import topics
from oncall.models import EscalationPolicy, Schedule

Kind = OnCallMirror.Kind
USUAL_TEMPLATE: Final = "On call: {names}"
LONGEST_TEMPLATE: Final = 100


class Refused(Exception):
    """It cannot be so; `field` is what is wrong with it, the words are for a person."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What is kept equal to whom: a schedule, or a level of a policy."""

    workspace: SlackWorkspace
    kind: str
    target_id: str
    target_name: str
    schedule: Schedule | None = None
    policy: EscalationPolicy | None = None
    level: int | None = None
    template: str = USUAL_TEMPLATE

    @property
    def source(self) -> Schedule | EscalationPolicy:
        """Who is on call by what."""
        found = self.schedule or self.policy
        if found is None:
            raise Refused("source", _("Choose a schedule or a level of a policy."))
        return found


def source(mirror: OnCallMirror) -> Schedule | EscalationPolicy:
    """Return what a mirror follows."""
    found: Schedule | EscalationPolicy = mirror.schedule or mirror.policy
    return found


@transaction.atomic
def add(
    account: Account, values: Values, *, actor: Actor, at: datetime
) -> OnCallMirror:
    """Keep something equal to who is on call, from now on.

    Raises Refused, and NotPermitted unless the actor may configure the source.
    """
    actor.require("configure", of=values.source)
    _check(account, values)
    is_topic = values.kind == Kind.TOPIC
    mirror = OnCallMirror(
        account=account,
        workspace=values.workspace,
        kind=values.kind,
        target_id=values.target_id,
        target_name=values.target_name.lstrip("#@"),
        schedule=values.schedule,
        policy=values.policy,
        level=values.level,
        template=values.template if is_topic else "",
        created_by=actor.user,
        created_at=at,
        due_at=at,
    )
    try:
        with transaction.atomic():
            mirror.save()
    except IntegrityError:
        raise Refused("target", _("This is kept equal to somebody already.")) from None
    _record(mirror, "added on-call mirror", actor, at)
    poke.later(queue.FOLLOW)
    return mirror


@transaction.atomic
def pause(mirror: OnCallMirror, *, actor: Actor, at: datetime) -> None:
    """Leave it as it is until it is resumed. Raises NotPermitted."""
    actor.require("configure", of=source(mirror))
    if mirror.paused_at is None:
        _save(mirror, paused_at=at, due_at=None)
        _record(mirror, "paused on-call mirror", actor, at)


@transaction.atomic
def resume(mirror: OnCallMirror, *, actor: Actor, at: datetime) -> None:
    """Follow again who is on call. Raises NotPermitted."""
    actor.require("configure", of=source(mirror))
    if mirror.paused_at is not None:
        _save(mirror, paused_at=None, due_at=at, checked_at=None)
        _record(mirror, "resumed on-call mirror", actor, at)
        poke.later(queue.FOLLOW)


@transaction.atomic
def check(mirror: OnCallMirror, *, actor: Actor, at: datetime) -> None:
    """Look at it now, whatever was wrong before. Raises NotPermitted."""
    actor.require("configure", of=source(mirror))
    if mirror.paused_at is None:
        _save(mirror, due_at=at, checked_at=None)
        poke.later(queue.FOLLOW)


@transaction.atomic
def remove(mirror: OnCallMirror, *, actor: Actor, at: datetime) -> None:
    """Follow nobody any more; what is in Slack stays. Raises NotPermitted."""
    actor.require("configure", of=source(mirror))
    _record(mirror, "removed on-call mirror", actor, at)
    mirror.delete()


def _check(account: Account, values: Values) -> None:
    if not values.workspace.is_connected or values.workspace.account_id != account.pk:
        raise Refused("workspace", _("This workspace is not connected."))
    if values.policy is not None:
        _check_level(values.policy, values.level)
    if values.kind == Kind.TOPIC:
        _check_template(account, values)


def _check_level(policy: EscalationPolicy, level: int | None) -> None:
    if level is None or not policy.rules.filter(level=level).exists():
        raise Refused("source", _("The policy has no such level."))


def _check_template(account: Account, values: Values) -> None:
    text = values.template
    begins = topics.beginning(text)
    if text.count(topics.NAMES) != 1 or len(begins) < topics.SHORTEST_BEGINNING:
        raise Refused(
            "template",
            _(
                "Write some words and then {names}, such as “On call: {names}”: by the"
                " words OnCall finds its part of the topic again."
            ),
        )
    if topics.BETWEEN.strip() in text or len(text) > LONGEST_TEMPLATE:
        raise Refused(
            "template", _("Use at most 100 characters, and no vertical line.")
        )
    others = account.mirrors.filter(
        workspace=values.workspace, kind=Kind.TOPIC, target_id=values.target_id
    )
    for other in others:
        if _is_alike(begins, topics.beginning(other.template)):
            raise Refused(
                "template",
                _(
                    "The topic of this channel already has a part that begins so. Use"
                    " other words, such as “Secondary: {names}”."
                ),
            )


def _is_alike(one: str, other: str) -> bool:
    first, second = one.casefold(), other.casefold()
    return first.startswith(second) or second.startswith(first)


def _save(mirror: OnCallMirror, **values: object) -> None:
    for name, value in values.items():
        setattr(mirror, name, value)
    mirror.save(update_fields=list(values))


def _record(mirror: OnCallMirror, what: str, actor: Actor, at: datetime) -> None:
    details = {
        "what": str(mirror),
        "workspace": mirror.workspace.name,
        "of": str(source(mirror)),
    }
    audit.record(actor, what, mirror, at=at, details=details)
