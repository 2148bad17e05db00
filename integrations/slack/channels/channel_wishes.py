"""Hears what happens to incidents: their channels follow, and some are opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from accounts.models import Account
from accounts.permissions import Actor
from incidents import poke, relay
from incidents.relay import Happening
from incidents.states import RESOLVED
from integrations.chat import hearing, queue
from integrations.models import Extension
from integrations.slack.access import picking
from integrations.slack.channels import incident_channels
from integrations.slack.channels.incident_channels import Option, Refused

# After these an incident may be one for which an extension opens a channel.
OPENS: Final = {"trigger", "reopen", "change_priority", "change_urgency"}
VIA: Final = "engine"


class Channels:
    """The consumer of the outbox that keeps channels of incidents true."""

    def wants(self, account: Account) -> bool:
        """Say whether a channel follows an incident, or an extension opens some."""
        alive = account.incident_channels.filter(archived_at=None, failed_at=None)
        return bool(_openers(account)) or alive.exists()

    def take(
        self, account: Account, happenings: Sequence[Happening], at: datetime
    ) -> None:
        """Make channels due that have something to follow, and ask for new ones."""
        found = [each for each in happenings if each.incident_id is not None]
        starts = [each for each in found if each.verb in OPENS]
        openers = _openers(account) if starts else []
        for happening in starts:
            _open(account, happening, openers, at)
        ids = {each.incident_id or 0 for each in found}
        if ids and incident_channels.follow(account, ids, at):
            poke.later(queue.FOLLOW)


def _open(
    account: Account,
    happening: Happening,
    openers: Sequence[tuple[Extension, Option]],
    at: datetime,
) -> None:
    if happening.snapshot["status"] == RESOLVED:
        return
    for extension, option in openers:
        room = extension.room
        if room is None or room.workspace is None or not room.workspace.is_connected:
            continue
        if not hearing.hears(extension, happening.snapshot):
            continue
        if option.is_for(happening.snapshot):
            _ask(account, happening, extension, option, at)
            return


def _ask(
    account: Account,
    happening: Happening,
    extension: Extension,
    option: Option,
    at: datetime,
) -> None:
    incident = account.incidents.filter(pk=happening.incident_id or 0).first()
    if incident is None or extension.room is None or extension.room.workspace is None:
        return
    try:
        incident_channels.ask(
            incident,
            workspace=extension.room.workspace,
            actor=Actor(VIA, name=extension.name),
            at=at,
            option=option,
        )
    except Refused:
        # It was resolved meanwhile.
        return


def _openers(account: Account) -> list[tuple[Extension, Option]]:
    """List the extensions that open channels by themselves, with what they chose."""
    rows = account.extensions.filter(
        schema=picking.KIND,
        paused_at=None,
        room__isnull=False,
        **{f"config__{incident_channels.OPTION}__is_on": True},
    )
    rows = rows.select_related("room__workspace", "team")
    found = rows.prefetch_related("extended_services__service").order_by("id")
    return [(each, Option.of(each)) for each in found]


relay.register(Channels())
