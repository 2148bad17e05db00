"""The page on what the API offers says what it offers."""

import pytest

from tests.integrations.api import coverage


@pytest.fixture
def page() -> str:
    if not coverage.PUBLISHED.exists():
        pytest.skip("the published schemas are not beside this folder, in ../shared")
    return coverage.document()


def test_the_page_is_up_to_date(page):
    anew = "python3 manage.py tool python -m tests.integrations.api.coverage"
    assert coverage.DOCUMENT.read_text() == page, f"Write it anew: {anew}"


def test_the_page_tells_what_is_offered_from_what_is_not(page):
    for row in (
        "| `GET /users/{id}` | done |",
        "| `POST /v2/enqueue` | done |",
        "| `POST /generic/2010-04-15/create_event.json` | done |",
        "| `GET /incidents/types` | not offered |",
        "| `DELETE /schedules/{id}/overrides/{override_id}` | done |",
    ):
        assert row in page
