"""What people type after `/oncall`: one module for each command.

The package loads what it finds; a command is a function from the words after its name
to an answer.
"""

import difflib
import functools
import importlib
import pkgutil
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import NotPermitted
from incidents import states
from integrations.slack.commands import answers, protocol, words
from integrations.slack.commands.protocol import Answer, Command, Known
from integrations.slack.commands.words import Mistake, Typed
from integrations.slack.layout import mrkdwn
from oncall.refusals import NotAllowed

__all__ = ["Answer", "Command", "answer"]


@functools.cache
def load() -> None:
    """Import every command there is, once."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def answer(command: Command) -> Answer:
    """Do what somebody typed; this will never raise a refusal, but say it.

    It belongs into the account's scope, and asks Slack nothing. Times are those of
    the person's zone.
    """
    load()
    member = command.member
    zone = ZoneInfo(member.time_zone) if member else timezone.get_default_timezone()
    with timezone.override(zone):
        try:
            return _answered(command, words.split(mrkdwn.printable(command.words)))
        except (Mistake, NotPermitted, NotAllowed, states.NotAllowed) as refusal:
            return answers.plain(str(refusal))
        except ValidationError as refusal:
            return answers.plain(" ".join(refusal.messages))


def _answered(command: Command, typed: Typed) -> Answer:
    name = typed[0] if typed else "help"
    known = protocol.find(name)
    if known is None:
        return _unknown(name)
    if command.actor is None and not known.for_strangers:
        return answers.stranger()
    if command.member is None and known.for_members:
        return answers.stranger()
    return known.handler(command, typed.after(1))


def _unknown(name: str) -> Answer:
    near = difflib.get_close_matches(name.lower(), protocol.names(), n=1)
    facts = {"name": name[:50], "near": near[0] if near else ""}
    known: Known | None = protocol.find(near[0]) if near else None
    if known is None:
        return answers.plain(
            _("There is no command “%(name)s”. Try /oncall help.") % facts
        )
    return answers.plain(
        _(
            "There is no command “%(name)s”. Did you mean /oncall %(near)s?"
            " All commands: /oncall help."
        )
        % facts
    )
