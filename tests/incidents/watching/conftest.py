"""What incidents about ourselves need: an engine that has been running."""

import pytest

from incidents.models import EngineRun
from tests.factories import NOON
from tests.incidents.watching.world import HOUR


@pytest.fixture(autouse=True)
def _runs(db):
    """Let the engine have run all day."""
    EngineRun.objects.create(since=NOON - 24 * HOUR, until=NOON + 24 * HOUR)
