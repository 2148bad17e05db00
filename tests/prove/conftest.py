"""The run that tests of the accounting change."""

import pytest

from tests.prove.example import Run


@pytest.fixture
def run() -> Run:
    """A run without a fault."""
    return Run()
