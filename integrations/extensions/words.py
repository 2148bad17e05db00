"""Says of extensions, in words, how they are and what they hear."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from accounts.models.contact import Urgency
from integrations.extensions import schemas, values
from integrations.extensions.values import Scope
from integrations.models import ChatMessage, Extension, Room, WebhookSubscription
from integrations.webhooks import words as webhooks
from integrations.webhooks.words import PAUSED, UNTRIED, WORKING, Mark

BROKEN: Final = Mark(gettext_lazy("Needs somebody"), "triggered", "error")
SENT: Final = Mark(gettext_lazy("Sent"), "resolved", "resolve")
FAILED: Final = Mark(gettext_lazy("Not sent"), "triggered", "error")
ON_ITS_WAY: Final = Mark(gettext_lazy("On its way"), "info", "info")
FAILING: Final = Mark(gettext_lazy("Does not answer"), "acknowledged", "warning")
# The worst of several comes first.
WORST: Final = (*(webhooks.DISABLED, webhooks.FAILING, PAUSED, UNTRIED, WORKING),)
# Services that are named one by one; of more, only how many there are.
NAMED: Final = 2


def standing(extension: Extension) -> Mark:
    """Say how an extension fares."""
    if extension.is_paused:
        return PAUSED
    room = extension.room
    if room is None:
        marks = [webhooks.standing(each) for each in extension.subscriptions.all()]
        return min(marks, key=WORST.index, default=UNTRIED)
    if room.broken_at is not None:
        return BROKEN
    if room.failures:
        return FAILING
    return WORKING if room.last_success_at else UNTRIED


def ways(extension: Extension) -> Sequence[Room | WebhookSubscription]:
    """Return what delivers for an extension: a room, or webhooks."""
    if extension.room is not None:
        return [extension.room]
    return list(extension.subscriptions.all())


def progress(message: ChatMessage) -> Mark:
    """Say how far a test message is."""
    if message.posted_at is not None:
        return SENT
    if message.due_at is None:
        return FAILED
    return webhooks.RETRYING if message.attempts else ON_ITS_WAY


def scope(extension: Extension) -> str:
    """Say whose incidents an extension hears of."""
    if extension.scope == Scope.ACCOUNT:
        return _("The whole account")
    if extension.scope == Scope.TEAM:
        return _("Every service of %(team)s") % {"team": extension.team}
    names = [service.name for service in values.services(extension)]
    if len(names) > NAMED:
        words = ngettext("%(n)d service", "%(n)d services", len(names))
        return words % {"n": len(names)}
    return ", ".join(names) or _("No service any more")


def kind(extension: Extension) -> str:
    """Say of what kind it is."""
    return str(schemas.of(extension).label)


def which(extension: Extension, account: Account) -> str:
    """Say which of those incidents it hears of."""
    said = []
    if extension.urgency:
        urgency = Urgency(extension.urgency).label
        said.append(_("Urgency: %(urgency)s") % {"urgency": urgency})
    if extension.priorities == []:
        said.append(_("Without a priority"))
    elif extension.priorities:
        chosen = account.priorities.filter(public_id__in=extension.priorities)
        names = ", ".join(each.name for each in chosen) or _("none that is left")
        said.append(_("Priority: %(names)s") % {"names": names})
    return "; ".join(said) or _("All of them")


def updates(extension: Extension) -> list[str]:
    """List what it is told besides new incidents."""
    labels = dict(Extension.Update.choices)
    return [str(labels[each]) for each in extension.updates if each in labels]
