"""The doors for tools: events of v1 and v2, changes, and payloads of the tools' own."""

import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.caller import Caller
from tests.fuzz.furnishing import House
from tests.fuzz.mutations import ANYTHING, TEXT

WHEN = st.sampled_from(
    ["2026-03-02T08:15:00.000", "2026-03-02T08:15:00+01:00", "+010000-01-01", "now"]
)


@dataclass
class Door:
    """An address that takes reports, with what may be in them."""

    label: str
    template: str
    strategy: st.SearchStrategy

    @property
    def variants(self) -> st.SearchStrategy:
        """The same: nothing here contradicts itself."""
        return self.strategy

    def call(
        self, caller: Caller, house: House, case: Any, dice: random.Random
    ) -> None:
        """Send one report, in the name of an integration that is there."""
        key = dice.choice(house.routing_keys)
        path = self.template.replace("<key>", key)
        if isinstance(case, bytes):
            caller.door(self.label, "POST", path, data=case)
            return
        if isinstance(case, dict):
            names = {"routing_key", "service_key"} & set(case)
            case = {**case, **dict.fromkeys(names, key)}
        body = json.dumps(case).encode("utf-8", "surrogatepass")
        caller.door(self.label, "POST", path, data=body)


def doors() -> list[Door]:
    """Return every door for tools, each with what it knows and with anything else."""
    return [
        _door("/v2/enqueue", _alert()),
        _door("/v2/change/enqueue", _change()),
        _door("/generic/2010-04-15/create_event.json", _older()),
        _door("/integration/<key>/enqueue", ANYTHING),
    ]


def _door(path: str, known: st.SearchStrategy) -> Door:
    strange = st.one_of(ANYTHING, st.binary(max_size=80))
    return Door(f"POST {path}", path, st.one_of(known, known, strange))


def _maybe(known: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(known, known, ANYTHING)


def _alert() -> st.SearchStrategy:
    payload = {
        "summary": _maybe(TEXT),
        "source": _maybe(TEXT),
        "severity": _maybe(st.sampled_from(["critical", "error", "warning", "info"])),
        "timestamp": _maybe(WHEN),
        "component": ANYTHING,
        "group": ANYTHING,
        "class": ANYTHING,
        "custom_details": ANYTHING,
    }
    actions = st.sampled_from(["trigger", "acknowledge", "resolve"])
    return st.fixed_dictionaries(
        {"routing_key": TEXT, "event_action": _maybe(actions)},
        optional={
            "dedup_key": _maybe(TEXT),
            "payload": _maybe(st.fixed_dictionaries({}, optional=payload)),
            "links": _maybe(st.lists(_link("href", "text"), max_size=3)),
            "images": _maybe(st.lists(_link("src", "href", "alt"), max_size=3)),
            "client": ANYTHING,
            "client_url": ANYTHING,
        },
    )


def _change() -> st.SearchStrategy:
    payload = {
        "summary": _maybe(TEXT),
        "source": _maybe(TEXT),
        "timestamp": _maybe(WHEN),
        "custom_details": ANYTHING,
    }
    return st.fixed_dictionaries(
        {
            "routing_key": TEXT,
            "payload": _maybe(st.fixed_dictionaries({}, optional=payload)),
        },
        optional={
            "links": _maybe(st.lists(_link("href", "text"), max_size=3)),
            "images": _maybe(st.lists(_link("src"), max_size=3)),
        },
    )


def _older() -> st.SearchStrategy:
    kinds = st.sampled_from(["trigger", "acknowledge", "resolve"])
    return st.fixed_dictionaries(
        {"service_key": TEXT, "event_type": _maybe(kinds)},
        optional={
            "incident_key": _maybe(TEXT),
            "description": _maybe(TEXT),
            "details": ANYTHING,
            "contexts": ANYTHING,
            "client": ANYTHING,
        },
    )


def _link(*names: str) -> st.SearchStrategy:
    return _maybe(st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANYTHING)))
