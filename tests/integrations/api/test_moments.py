"""Instants in the parameters of lists: what can be counted with, and what cannot."""

import pytest

from tests.integrations.api.conftest import errors


@pytest.mark.parametrize(
    "text",
    [
        "0152-12-12T07:57:57+19:41",
        "6699-07-20T17:12:57-23:37",
        "2026-07-20T17:12:57-23:37",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "never",
    ],
)
@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("path", ["/audit/records", "/log_entries", "/incidents"])
def test_an_instant_out_of_reach_is_refused_in_words(api, acme, path, name, text):
    answer = api.get(path, **{name: text})

    assert answer.status_code == 400
    assert text in errors(answer)[0]


@pytest.mark.parametrize("text", ["2026-07-20", "2026-07-20T17:12:57+14:00"])
def test_an_instant_of_any_zone_is_taken(api, acme, text):
    assert api.get("/log_entries", since=text).status_code == 200
