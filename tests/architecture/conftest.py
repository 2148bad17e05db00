"""Two accounts with a row in every table."""

import pytest

from tests.architecture.furnish import furnish
from tests.conftest import World


@pytest.fixture
def furnished(acme, globex) -> tuple[World, World]:
    """Acme and Globex, each with at least one row of everything."""
    furnish(acme)
    furnish(globex)
    return acme, globex
