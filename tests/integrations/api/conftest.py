"""A client of the API with a key, whose every answer is held against the contract."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from accounts import keys
from accounts.models import Account, Membership
from tests.factories import NOON
from tests.integrations.api import contract, rotas


@dataclass
class Api:
    """Calls the API as one key does; this will check each answer's shape."""

    secret: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any):
        """Read; arrays are given as lists."""
        return self.call("get", path, query)

    def post(self, path: str, body: Any = None, **headers: str):
        """Create."""
        return self.call("post", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str):
        """Change."""
        return self.call("put", path, body, **headers)

    def delete(self, path: str, **headers: str):
        """Delete, with a body that says nothing, as some clients do."""
        return self.call("delete", path, {}, **headers)

    def call(self, method: str, path: str, content: Any, **headers: str):
        """Send a request below /api; JSON but for what is read."""
        extra: dict[str, Any] = {}
        if method != "get":
            extra["content_type"] = "application/json"
        answer = getattr(Client(raise_request_exception=False), method)(
            f"/api{path}",
            content,
            headers={
                "authorization": f"Token token={self.secret}",
                "accept": "application/vnd.pagerduty+json;version=2",
                **self.headers,
                **headers,
            },
            **extra,
        )
        contract.check(method, path, answer)
        return answer


def key(account: Account, membership: Membership | None = None, **options: Any) -> Api:
    """Make a key and its caller."""
    is_read_only = options.pop("read_only", False)
    _key, secret = keys.create(account, "Terraform", membership, is_read_only, NOON)
    return Api(secret, options)


@pytest.fixture
def api(acme) -> Api:
    """Acme's own key, which may do everything."""
    return key(acme.account)


@pytest.fixture
def stranger(globex) -> Api:
    """Globex's own key, which may see nothing of Acme."""
    return key(globex.account)


@pytest.fixture
def ids(acme) -> dict[str, str]:
    """The public ids of Acme's people, by their names."""
    return {name: one.membership.public_id for name, one in acme.people.items()}


@pytest.fixture
def primary(api, ids) -> dict[str, Any]:
    """A schedule of Alice and Bob, who change daily, as it was answered."""
    answer = api.post("/schedules", rotas.primary_body(ids))
    assert answer.status_code == 201, answer.json()
    return answer.json()["schedule"]


def errors(answer) -> list[str]:
    """The sentences of a refusal."""
    return answer.json()["error"]["errors"]
