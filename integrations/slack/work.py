"""What is done in Slack besides messages, in rounds of one thread of a process."""

from collections.abc import Callable
from datetime import datetime

from incidents import engine
from incidents.turns import Turn
from integrations.slack.access import naming
from integrations.slack.channels import channel_work
from integrations.slack.direct_messages import paging
from integrations.slack.rota import mirroring

_turn = Turn()


def work_due(now: Callable[[], datetime] = engine.now) -> None:
    """Do whatever is due; whoever comes meanwhile has it done once more."""
    _turn.take(lambda: _work(now))


def _work(now: Callable[[], datetime]) -> None:
    channel_work.work_due(now)
    paging.follow_links(now())
    naming.name_due(now())
    mirroring.work_due(now)
