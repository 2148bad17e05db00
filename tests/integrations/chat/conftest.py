"""The town square, and a room of it in which Acme's incidents are shown."""

from collections.abc import Iterator

import pytest

from integrations.models import Extension
from tests.conftest import World
from tests.integrations.chat.showing import join
from tests.integrations.chat.town import Square, Town, standing


@pytest.fixture
def town() -> Iterator[Town]:
    with standing() as made:
        yield made


@pytest.fixture
def square(town: Town) -> Square:
    return town.square


@pytest.fixture
def ours(acme: World, square: Square) -> Extension:
    """Show the incidents of Acme's service in a room of the town."""
    return join(acme)
