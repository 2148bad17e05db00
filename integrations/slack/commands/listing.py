"""`/oncall list`: the open incidents of what this place is about."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents import wording
from incidents.models import Incident
from incidents.queries import listing
from integrations.chat import facts
from integrations.slack.commands import answers, finding
from integrations.slack.commands.protocol import Answer, Command, command
from integrations.slack.commands.words import Typed
from integrations.slack.layout import rich

MOST: Final = 15


@command(
    "list",
    usage=gettext_lazy("list [service]"),
    about=gettext_lazy("the open incidents"),
    aliases=("ls", "incidents"),
)
def open_incidents(command: Command, typed: Typed) -> Answer:
    """List what is open of a service, or of what this place is about."""
    services = finding.nearby(command)
    if typed:
        name = typed.text
        none = _("No service is called like “%(name)s”.")
        found = finding.called(finding.services(command), name)
        services = services.model.across_accounts.filter(
            pk=finding.only(found, name, none).pk
        )
    rows = finding.incidents(command).filter(
        status__in=listing.OPEN, service__in=services.values("pk")
    )
    shown = listing.with_people(list(rows.order_by("-id")[: MOST + 1]))
    if not shown:
        return answers.plain(_("Nothing is open."))
    lines = [line(each) for each in shown[:MOST]]
    if len(shown) > MOST:
        lines.append([rich.text(_("There are more in OnCall."))])
    return answers.of(lines)


def line(found: Incident) -> rich.Line:
    """Show an incident with its state in a line."""
    state, more = wording.state(found)
    words = _("Snoozed") if state == "snoozed" else found.get_status_display()
    rest = [found.service.name, " ".join(filter(None, (words, more)))]
    return [
        rich.text(f"{facts.SYMBOLS[state]} "),
        finding.link(found),
        rich.text("".join(f" · {each}" for each in rest)),
    ]
