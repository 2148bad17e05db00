"""Each operation of the API asks a token for the scope that the contract names."""

import json
import re

import pytest
from django.urls import get_resolver

from integrations.api import scopes as asked
from integrations.oauth import scopes
from tests.integrations.api import contract

NAMED = re.compile(r"Scoped OAuth requires: `([^`]+)`")
METHODS = ("get", "post", "put", "delete", "patch")


def routes() -> dict[str, set[str]]:
    """Every route of ours with its methods, as the URL table has it."""
    found = {}
    for pattern in get_resolver("integrations.api.urls").url_patterns:
        view = getattr(pattern.callback, "view_class", None)
        offered = {name for name in METHODS if hasattr(view, name)}
        found[str(pattern.pattern)] = offered
    return found


@pytest.mark.parametrize("route", sorted(routes()))
def test_every_address_states_a_scope_that_apps_can_have(route):
    for method in ("GET", "PUT"):
        name = asked.of(route, method)
        assert name is None or name.rpartition(".")[0] in {
            known.rpartition(".")[0] for known in scopes.SCOPED
        }


def test_an_address_that_states_none_is_an_error():
    with pytest.raises(LookupError, match=r"integrations/api/scopes\.py"):
        asked.of("nowhere/<str:public_id>", "GET")


def test_the_scopes_are_those_that_the_contract_names():
    if not contract.PUBLISHED.exists():
        pytest.skip("The contract's folder is not beside the project: scopes unchecked")
    paths = json.loads(contract.PUBLISHED.read_text())["paths"]
    published = {
        (_bare(path), method): NAMED.findall(operation.get("description", ""))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    }
    compared, wrong = 0, []
    for route, methods in routes().items():
        for method in methods:
            named = published.get((_bare(f"/{route}"), method))
            if not named:
                continue
            compared += 1
            if asked.of(route, method.upper()) != named[0]:
                wrong.append((method, route, asked.of(route, method.upper()), named))
    assert not wrong
    assert compared > 60


def _bare(path: str) -> str:
    """Leave the names of the gaps out, which both spell differently."""
    return re.sub(r"\{[^}]+\}|<[^>]+>", "*", path)
