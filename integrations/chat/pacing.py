"""Keeps updates of a workspace below what its chat takes, so that it need not ask.

Each process counts for itself; what is too much all the same, the chat says.
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Final

from integrations.chat import rooms
from integrations.chat.steps import Doing, Step

MINUTE: Final = timedelta(minutes=1)
# Beyond that, those that have not been used of late are forgotten.
MOST: Final = 1000

# When the last updates were, by workspace.
_lately: dict[int, deque[datetime]] = defaultdict(deque)


def wait(step: Step, at: datetime) -> timedelta:
    """Say how long a step has to wait; a step that need not counts from now on."""
    ration = rooms.updates_per_minute(step.leased.room.kind)
    workspace = step.leased.room.workspace_id
    if not ration or workspace is None or step.doing != Doing.UPDATE:
        return timedelta()
    lately = _lately[workspace]
    while lately and lately[0] <= at - MINUTE:
        lately.popleft()
    if len(lately) >= ration:
        return lately[0] + MINUTE - at
    lately.append(at)
    _tidy(at)
    return timedelta()


def _tidy(at: datetime) -> None:
    if len(_lately) > MOST:
        for workspace in [pk for pk, each in _lately.items() if each[-1] < at - MINUTE]:
            del _lately[workspace]
