"""`/oncall help`: which commands there are."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.slack.commands import answers, protocol
from integrations.slack.commands.protocol import Answer, Command, Known, command
from integrations.slack.commands.words import Typed
from integrations.slack.layout import rich


@command(
    "help",
    usage=gettext_lazy("help [command]"),
    about=gettext_lazy("this list"),
    aliases=("?", "-h", "--help"),
    for_strangers=True,
)
def help_(command: Command, typed: Typed) -> Answer:
    """Say which commands there are, or how one is typed."""
    known = protocol.find(typed[0]) if typed else None
    shown = [known] if known else protocol.every()
    lines: list[rich.Line] = [_line(each) for each in shown]
    if known is None:
        lines.insert(0, [rich.text(_("What you can do with /oncall:"), bold=True)])
        words = _(
            "Names of several words may stand in quotes. Only you see the answers,"
            " except that page and override tell the channel."
        )
        lines.append([rich.text(words)])
    return answers.of(lines)


def _line(known: Known) -> rich.Line:
    return [rich.code(f"/oncall {known.usage}"), rich.text(f"  {known.about}")]
