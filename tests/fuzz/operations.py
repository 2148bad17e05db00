"""The offered operations of the published schema, as what Hypothesis can draw."""

import json
import random
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from tests.fuzz import mutations
from tests.fuzz.caller import Caller
from tests.fuzz.furnishing import House
from tests.integrations.api import coverage

# How often a gap, a filter or a reference names something that is there.
MOSTLY = 0.8
# Only some of them; mostly nothing can be found then.
SELDOM = 0.2


@dataclass(frozen=True)
class Variant:
    """The published example of an operation, with something else in a place or two."""

    method: str
    body: Any
    path_parameters: Any = None
    query: Any = None
    headers: Any = None


@dataclass
class Operation:
    """An operation, with inputs that the schema allows and some that it does not."""

    label: str
    template: str
    strategy: st.SearchStrategy
    # For an operation whose schema contradicts itself.
    variants: st.SearchStrategy

    def call(
        self, caller: Caller, house: House, case: Any, dice: random.Random
    ) -> None:
        """Send one drawn case, brought nearer to what is really there."""
        path = _path(self.template, case.path_parameters or {}, house, dice)
        sent: dict[str, Any] = {
            "query": _query(case.query or {}, house, dice),
            "headers": _headers(case.headers or {}, house, dice),
        }
        if _is_there(case.body):
            sent["data"] = _encoded(_grounded(case.body, house, dice))
            sent["headers"]["Content-Type"] = "application/json"
        caller.rest(self.label, case.method, path, **sent)


def offered() -> list[Operation]:
    """Return every operation of the published schema that our addresses answer."""
    raw = json.loads((coverage.PUBLISHED / "openapi-rest-v2.json").read_text())
    wanted = {
        (method, path) for method, path, is_offered in coverage._rest() if is_offered
    }
    _keep(raw, wanted)
    schema = schemathesis.openapi.from_dict(raw)
    return [_operation(found) for found in schema.get_all_operations()]


def _operation(read: Any) -> Operation:
    found = read.ok()
    allowed = found.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = found.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    method = found.method.upper()
    example = _example(found.definition.raw)
    variants = st.builds(Variant, st.just(method), mutations.of(example))
    return Operation(
        f"{method} {found.path}",
        found.path,
        st.one_of(variants, allowed, variants, wrong),
        variants,
    )


def _example(definition: dict[str, Any]) -> Any:
    content = definition.get("requestBody", {}).get("content", {})
    for one in content.get("application/json", {}).get("examples", {}).values():
        if "value" in one:
            return one["value"]
    return schemathesis.core.NOT_SET


def _keep(raw: dict[str, Any], wanted: set[tuple[str, str]]) -> None:
    for path, methods in list(raw["paths"].items()):
        for method in coverage.METHODS:
            if (method, path) not in wanted:
                methods.pop(method, None)
            elif "requestBody" in methods[method]:
                # They forgot to say so; without, most cases would be empty.
                methods[method]["requestBody"]["required"] = True
        if not set(methods) & set(coverage.METHODS):
            del raw["paths"][path]


def _path(
    template: str, drawn: dict[str, Any], house: House, dice: random.Random
) -> str:
    places = list(house.filled(template))
    if places and dice.random() < MOSTLY:
        drawn = {**drawn, **dice.choice(places)}
    path = template
    for name, value in drawn.items():
        text = quoted(str(value))
        path = path.replace(f"{{{name}}}", text)
    return path


def quoted(text: str) -> str:
    """Escape what stands for something else in an address."""
    return "".join(c if c.isalnum() and c.isascii() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    octets = character.encode("utf-8", "surrogatepass")
    return "".join(f"%{octet:02X}" for octet in octets)


def _query(drawn: dict[str, Any], house: House, dice: random.Random) -> dict[str, Any]:
    found = {}
    for name, value in drawn.items():
        kind = name.removesuffix("[]").removesuffix("_ids").rstrip("s")
        if name.rstrip("[]").endswith("_ids") and dice.random() < MOSTLY:
            value = [_some(kind, house, dice) or "PNOBODY"]
        elif name in {"limit", "offset", "cursor"} and dice.random() < MOSTLY:
            continue
        found[name] = value
    return found


# Headers that say where a body ends.
FRAMING = {"content-length", "transfer-encoding"}


def _headers(drawn: dict[str, Any], house: House, dice: random.Random) -> dict:
    found = {
        name: value
        for name, value in drawn.items()
        if str(value).isascii()
        and str(value).isprintable()
        # What the web server itself answers.
        and name.lower() not in FRAMING
    }
    if dice.random() > SELDOM:
        found["From"] = house.email
    return found


def _grounded(body: Any, house: House, dice: random.Random) -> Any:
    """Let references name rows that are there."""
    if isinstance(body, list):
        return [_grounded(inner, house, dice) for inner in body]
    if not isinstance(body, dict):
        return body
    found = {name: _grounded(inner, house, dice) for name, inner in body.items()}
    kind = str(body.get("type", "")).removesuffix("_reference")
    known = _some(kind, house, dice)
    if "id" in body and known and dice.random() < MOSTLY:
        found["id"] = known
    for name in set(found) & {"requester_id", "subscriber_id"}:
        found[name] = _some("user", house, dice) or found[name]
    return found


def _some(kind: str, house: House, dice: random.Random) -> str | None:
    known = house.kinds.get(kind)
    return dice.choice(known) if known else None


def _is_there(body: Any) -> bool:
    return not isinstance(body, schemathesis.core.NotSet)


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return json.dumps(body).encode("utf-8", "surrogatepass")
