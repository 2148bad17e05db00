"""An integration of each kind, and what becomes of a message that it is sent."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from incidents import intake
from incidents.models import Event, Integration, Payload
from integrations.inbound import values
from integrations.inbound.event import Invalid
from tests import factories
from tests.factories import NOON


@dataclass
class Tool:
    """A tool that posts to an integration of its kind."""

    client: Any
    integration: Integration

    def post(self, payload: Any, **options: Any) -> Any:
        """Send what is JSON as JSON, and bytes as they are."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload)
        kind = options.pop("content_type", "application/json")
        url = f"/integration/{self.integration.key}/enqueue"
        return self.client.post(url, body, kind, **options)

    def says(self, payload: Any) -> list[Event]:
        """Send it, and return the events that are committed of it, worked."""
        before = set(self.integration.events.values_list("pk", flat=True))
        answer = self.post(payload)
        assert answer.status_code == 202, answer.content
        intake.process(NOON)
        return list(self.integration.events.exclude(pk__in=before).order_by("id"))

    @property
    def open_incidents(self) -> list[str]:
        """The titles of what is open."""
        mine = self.integration.account.incidents.exclude(status="resolved")
        return list(mine.order_by("id").values_list("title", flat=True))

    @property
    def last_payload(self) -> Payload:
        return self.integration.payloads.latest("id")


@pytest.fixture
def tool(client, acme, request):
    """The tool that the test module is named after."""
    client.raise_request_exception = False
    kind = request.module.KIND
    made = factories.integration(acme.service, kind, kind=kind)
    return Tool(client, made)


# What no tool should send, and some day one does.
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0", "1", "resolved", "\x00", "\ud800", "9" * 400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def broken(payload: Any) -> st.SearchStrategy[Any]:
    """Return payloads of which some part, at any depth, is something odd."""
    if isinstance(payload, dict) and payload:
        parts = {name: broken(part) for name, part in payload.items()}
        return ODD | st.fixed_dictionaries({}, optional=parts)
    if isinstance(payload, list) and payload:
        return ODD | st.lists(broken(payload[0]), max_size=2)
    return st.just(payload) | ODD


def words_of(read: Any, payload: Any) -> list[str]:
    """Return what a reader says of a payload: summaries, or what is wrong with it.

    They are fit for the database; anything else that is raised is a mistake of ours.
    """
    try:
        found = read(payload)
    except Invalid as odd:
        return odd.errors or [""]
    for each in found:
        assert len(each.dedup_key) <= 255
        # Already fit for a jsonb column.
        stored = [each.dedup_key, each.body]
        assert values.clean(stored) == stored
    return [each.body["summary"] for each in found]
