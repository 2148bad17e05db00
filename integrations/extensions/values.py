"""What an extension is made of, whoever gives it, and checks of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Team
from accounts.models.contact import Urgency
from incidents.models import Service
from integrations.models import Extension, Room
from integrations.models.extension import every_update
from integrations.webhooks.refusals import Refused

Scope = Extension.Scope
LONGEST_NAME = 100
# More at once would be the account's.
MOST_SERVICES = 200


@dataclass(frozen=True, slots=True)
class Values:
    """All that may be chosen of an extension, but for its kind."""

    name: str
    # Whose incidents: of some services, of a team's, or of all.
    scope: str = Scope.SERVICES
    services: tuple[Service, ...] = ()
    team: Team | None = None
    # Which of them: "high", "low" or any; public ids of priorities, or None for any.
    urgency: str = ""
    priorities: tuple[str, ...] | None = None
    # What is told of one after its beginning.
    updates: tuple[str, ...] = tuple(every_update())
    # Where a chat shows them, as it is or as `Schema.connect` has made it, unsaved;
    # and what people may do there.
    room: Room | None = None
    anybody_may_act: bool = False
    has_buttons: bool = True
    has_thread: bool = True
    takes_notes: bool = False
    # Where a webhook goes; without a config what it holds stays as it is.
    endpoint_url: str = ""
    config: Mapping[str, Any] | None = None


def of(extension: Extension) -> Values:
    """Return what an extension is made of now; `dataclasses.replace` changes it."""
    priorities = extension.priorities
    return Values(
        name=extension.name,
        scope=extension.scope,
        services=tuple(services(extension)),
        team=extension.team,
        urgency=extension.urgency,
        priorities=None if priorities is None else tuple(priorities),
        updates=tuple(extension.updates),
        room=extension.room,
        anybody_may_act=extension.anybody_may_act,
        has_buttons=extension.has_buttons,
        has_thread=extension.has_thread,
        takes_notes=extension.takes_notes,
        endpoint_url=extension.endpoint_url,
    )


def services(extension: Extension) -> list[Service]:
    """Return the services that were chosen one by one; none for a wider scope."""
    return [each.service for each in extension.extended_services.all()]


def check(values: Values, account: Account) -> None:
    """Do nothing, or raise Refused, in words and with the value that it is about."""
    if not values.name.strip() or len(values.name) > LONGEST_NAME:
        raise Refused(_("Give it a name of at most 100 characters."), "name")
    if values.scope not in Scope.values:
        raise Refused(_("Choose whose incidents."), "scope")
    _check_scope(values)
    if values.urgency and values.urgency not in Urgency.values:
        raise Refused(_("Choose high, low or any urgency."), "urgency")
    if set(values.updates) - set(Extension.Update.values):
        raise Refused(_("Choose updates of the list."), "updates")
    if values.priorities:
        known = account.priorities.filter(public_id__in=values.priorities)
        if known.count() < len(set(values.priorities)):
            raise Refused(_("A priority is not there any more."), "priorities")


def _check_scope(values: Values) -> None:
    if values.scope == Scope.SERVICES and not values.services:
        raise Refused(_("Choose at least one service."), "services")
    if len(values.services) > MOST_SERVICES:
        words = _("Choose %(most)d services at most, or the whole account.")
        raise Refused(words % {"most": MOST_SERVICES}, "services")
    if values.scope == Scope.TEAM and values.team is None:
        raise Refused(_("Choose a team."), "team")
