"""Calls the operations of the story, and hands each with its answer to the recorder."""

from typing import Any

from tests.conftest import World
from tests.integrations.api.conftest import Api, key
from tests.integrations.api.story.recorder import Recorder

Row = dict[str, Any]


class Teller:
    """One caller of the API, and what the story has made so far."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        acme, alice = world.account, world.alice
        self.api = key(acme, From=alice.user.email)
        # Some things are asked of a person.
        self.own = key(acme, alice.membership)
        self.world = world
        self.recorder = recorder
        self.made: dict[str, Any] = {}

    def tell(
        self,
        operation: str,
        *ids: str,
        body: Any = None,
        query: dict[str, Any] | None = None,
        api: Api | None = None,
    ) -> Any:
        """Call an operation such as ``GET /teams/{id}``; this will return its answer.

        Fails for one that is refused: the documentation shows what works.
        """
        operation, _mark, asked = operation.partition("?")
        method, template = operation.split(" ")
        path = template
        for one in ids:
            opens, closes = path.index("{"), path.index("}")
            path = f"{path[:opens]}{one}{path[closes + 1 :]}"
        path = f"{path}?{asked}" if asked else path
        content = query or {} if method == "GET" else body
        with self.recorder.watching(operation):
            answer = (api or self.api).call(method.lower(), path, content)
        assert answer.status_code < 300, f"{operation}: {answer.content!r}"
        self.recorder.note(operation, path, query, body, answer)
        return answer.json() if answer.content else None


def refer(row: Row, kind: str | None = None) -> Row:
    """A reference, as a body has it."""
    kind = kind or row["type"].removesuffix("_reference")
    return {"id": row["id"], "type": f"{kind}_reference"}
