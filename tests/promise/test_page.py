"""docs/promise.md says which tests prove the promise, and says it truly."""

import pytest

from tests.promise.table import ROOT, ROWS, proofs_of, table


@pytest.mark.parametrize("number", ROWS)
def test_every_row_has_a_proof(number):
    assert proofs_of(number)


def test_the_page_lists_the_proofs_that_there_are():
    page = (ROOT / "docs" / "promise.md").read_text()
    # `python3 manage.py tool python -m tests.promise.table` writes it anew.
    assert table() in page
