"""What tools send becomes an event, or the violations in the words of the contract."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.inbound import events_v1, events_v2, values
from integrations.inbound.event import InboundEvent, Invalid

KEY = "0123456789abcdef0123456789abcdef"


def v2(**changes):
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical"}
    return {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "db-1/disk",
        "payload": payload,
        **changes,
    }


def v1(**changes):
    return {
        "service_key": KEY,
        "event_type": "trigger",
        "incident_key": "db-1/disk",
        "description": "Disk full",
        **changes,
    }


def with_payload(**changes):
    return v2(payload=v2()["payload"] | changes)


class TestVersion2:
    def test_a_complete_trigger_is_an_event(self):
        event = events_v2.parse(
            with_payload(
                timestamp="2026-03-02T08:15:00.000+0100",
                component="postgres",
                group="prod",
                custom_details={"free": 2},
                **{"class": "disk"},
            )
            | {
                "links": [{"href": "https://wiki.example/disk", "text": "Runbook"}],
                "images": [{"src": "https://img.example/g.png", "alt": "graph"}],
                "client": "Prometheus",
                "client_url": "https://prom.example",
            }
        )
        assert event == InboundEvent(
            KEY,
            "trigger",
            "db-1/disk",
            {
                "summary": "Disk full",
                "source": "db-1",
                "severity": "critical",
                "timestamp": "2026-03-02T07:15:00+00:00",
                "component": "postgres",
                "group": "prod",
                "class": "disk",
                "custom_details": {"free": 2},
                "links": [{"href": "https://wiki.example/disk", "text": "Runbook"}],
                "images": [
                    {"src": "https://img.example/g.png", "href": "", "alt": "graph"}
                ],
                "client": "Prometheus",
                "client_url": "https://prom.example",
            },
        )

    @pytest.mark.parametrize(
        ("data", "errors"),
        [
            (
                {},
                [
                    "'routing_key' is missing or blank",
                    "'event_action' is missing or blank",
                ],
            ),
            (
                v2(routing_key="abc"),
                ["Length of 'routing_key' is incorrect (should be 32 characters)"],
            ),
            (
                v2(routing_key="-" * 32),
                ["'routing_key' cannot contain non-alphanumeric characters."],
            ),
            (v2(routing_key=" "), ["'routing_key' is missing or blank"]),
            (
                v2(routing_key="é" * 31),
                [
                    "Length of 'routing_key' is incorrect (should be 32 characters)",
                    "'routing_key' cannot contain non-alphanumeric characters.",
                ],
            ),
            (v2(event_action=None), ["'event_action' is missing or blank"]),
            (
                v2(event_action="Trigger"),
                [
                    "'event_action' is invalid (must be one of the following: "
                    "'trigger', 'acknowledge' or 'resolve')"
                ],
            ),
            (
                v2(payload=None),
                [
                    "'payload.summary' is missing or blank",
                    "'payload.source' is missing or blank",
                    "'payload.severity' is missing or blank",
                ],
            ),
            (
                with_payload(severity="Critical"),
                [
                    "'payload.severity' is invalid (must be one of the following: "
                    "'critical', 'warning', 'error' or 'info')"
                ],
            ),
            (
                with_payload(source=" ") | {"routing_key": ""},
                [
                    "'routing_key' is missing or blank",
                    "'payload.source' is missing or blank",
                ],
            ),
            (
                v2(event_action="resolve", dedup_key=""),
                ["'dedup_key' is missing or blank"],
            ),
            (
                v2(event_action="acknowledge", dedup_key=None),
                ["'dedup_key' is missing or blank"],
            ),
            (
                v2(dedup_key="x" * 256),
                [
                    "Length of 'dedup_key' is incorrect "
                    "(should be at most 255 characters)"
                ],
            ),
        ],
    )
    def test_every_violation_is_told_in_known_words(self, data, errors):
        with pytest.raises(Invalid) as found:
            events_v2.parse(data)
        assert found.value.errors == errors

    @pytest.mark.parametrize("blank", [None, "", "  "])
    def test_a_trigger_without_a_dedup_key_gets_one_of_its_own(self, blank):
        first, second = (events_v2.parse(v2(dedup_key=blank)) for _ in range(2))
        assert len(first.dedup_key) == 32
        assert first.dedup_key != second.dedup_key

    def test_scalars_are_read_as_texts(self):
        event = events_v2.parse(
            with_payload(source=7, component=1.5, group=True, **{"class": 0})
            | {"dedup_key": 42}
        )
        assert event.dedup_key == "42"
        assert event.body["source"] == "7"
        assert event.body["component"] == "1.5"
        assert event.body["group"] == "true"
        assert event.body["class"] == "0"

    @pytest.mark.parametrize("details", [None, 1, "text", [1, "x"], {"a": {"b": []}}])
    def test_custom_details_may_be_any_json(self, details):
        event = events_v2.parse(with_payload(custom_details=details))
        assert event.body["custom_details"] == details

    def test_a_long_summary_is_cut_and_not_refused(self):
        event = events_v2.parse(with_payload(summary="x" * 5000))
        assert event.body["summary"] == "x" * 1024

    @pytest.mark.parametrize("action", ["resolve", "acknowledge"])
    @pytest.mark.parametrize(
        "payload",
        [None, "", {}, {"severity": "no such"}, v2()["payload"], 7],
    )
    def test_a_payload_that_is_not_needed_is_not_judged(self, action, payload):
        event = events_v2.parse(
            v2(event_action=action, payload=payload, links=7, images="")
        )
        assert event.action == action

    def test_only_web_addresses_are_kept_as_links(self):
        event = events_v2.parse(
            v2(
                links=[{"href": "javascript:alert(1)"}, {"text": "no href"}, 7, None],
                images=[{"src": "http://img.example/a.png"}, {"src": None}],
                client_url="data:text/html,x",
            )
        )
        assert event.body["links"] == []
        assert event.body["images"] == []
        assert event.body["client_url"] == ""

    @pytest.mark.parametrize(
        ("sent", "read"),
        [
            ("2015-07-17T08:42:58.315+0000", "2015-07-17T08:42:58.315000+00:00"),
            ("2026-03-02T08:15:00.000", "2026-03-02T08:15:00+00:00"),
            ("2026-03-02T08:15:00Z", "2026-03-02T08:15:00+00:00"),
            ("2026-03-02T08:15:00.123456789Z", "2026-03-02T08:15:00.123456+00:00"),
            ("2026-03-02 09:15:00+01:00", "2026-03-02T08:15:00+00:00"),
            (1772439300, "2026-03-02T08:15:00+00:00"),
            ("yesterday", None),
            ("", None),
            (None, None),
            ({}, None),
            (True, None),
            (1e300, None),
            ("0001-01-01T00:00:00+14:00", None),
            ("9999-12-31T23:59:59-12:00", None),
        ],
    )
    def test_a_timestamp_is_read_or_left_out(self, sent, read):
        assert events_v2.parse(with_payload(timestamp=sent)).body["timestamp"] == read


class TestVersion1:
    def test_a_trigger_is_translated(self):
        event = events_v1.parse(
            v1(
                details={"free": 2},
                client="Nagios",
                client_url="https://nagios.example",
                contexts=[
                    {"type": "link", "href": "https://wiki.example", "text": "Wiki"},
                    {"type": "image", "src": "https://img.example/g.png"},
                    {"type": "other"},
                    None,
                ],
            )
        )
        assert event.key == KEY
        assert event.dedup_key == "db-1/disk"
        assert event.body["summary"] == "Disk full"
        assert event.body["custom_details"] == {"free": 2}
        assert event.body["links"] == [{"href": "https://wiki.example", "text": "Wiki"}]
        assert event.body["images"][0]["src"] == "https://img.example/g.png"
        assert event.body["severity"] == ""

    @pytest.mark.parametrize(
        ("data", "errors"),
        [
            (
                {},
                [
                    "Service key is the wrong length (should be 32 characters)",
                    "event_type is invalid "
                    "(must be one of: trigger acknowledge resolve)",
                ],
            ),
            (v1(description=""), ["Description is missing or blank"]),
            (
                v1(service_key="abc", description=None),
                [
                    "Service key is the wrong length (should be 32 characters)",
                    "Description is missing or blank",
                ],
            ),
            (
                v1(event_type="resolve", incident_key=""),
                ["Incident key is missing or blank"],
            ),
        ],
    )
    def test_every_violation_is_told_in_known_words(self, data, errors):
        with pytest.raises(Invalid) as found:
            events_v1.parse(data)
        assert found.value.errors == errors

    def test_what_alertmanager_adds_is_ignored(self):
        event = events_v1.parse(
            v1(event_action="", payload=None, severity=None, client=None, contexts=None)
        )
        assert event.body["summary"] == "Disk full"


class TestNearlyJSON:
    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b'{"a": NaN}', {"a": math.nan}),
            (b'{"a": "x\ny"}', {"a": "x\ny"}),
            (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
            (b'{"a": "caf\xe9"}', {"a": "caf�"}),
            ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        ],
    )
    def test_what_tools_pass_off_as_json_is_read(self, body, value):
        assert repr(values.load(body)) == repr(value)

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"a=1", b"[" * 100_000, b"9" * 5000, b"{}x", b"\x00"]
    )
    def test_anything_else_is_not_json(self, body):
        with pytest.raises(values.NotJSON):
            values.load(body)

    def test_what_the_database_cannot_hold_is_bent(self):
        value = values.load(
            b'{"nu\\u0000l": "a\\u0000b", "half": "\\ud800x", "big": 1%s, "inf": 1e999}'
            % (b"0" * 400)
        )
        assert values.clean(value) == {
            "nul": "ab",
            "half": "�x",
            "big": "1" + "0" * 400,
            "inf": "inf",
        }

    def test_what_is_nested_too_deeply_is_cut(self):
        deep = values.clean(values.load(b'{"a":' * 200 + b"1" + b"}" * 200))
        for _ in range(values.DEEPEST):
            deep = deep["a"]
        assert deep == values.TOO_DEEP


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=()))
    | st.sampled_from(["trigger", "resolve", "critical", KEY, "https://a.example"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=())), inner, max_size=4
        )
    ),
    max_leaves=12,
)
V2_NAMES = st.sampled_from([*v2(), "links", "images", "client", "client_url", "x"])
V1_NAMES = st.sampled_from([*v1(), "contexts", "details", "client", "x"])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(V2_NAMES, ANY_JSON), ANY_JSON, ANY_JSON, ANY_JSON)
def test_version_2_reads_or_refuses_anything(changes, details, timestamp, links):
    payload = {"custom_details": details, "timestamp": timestamp}
    data = with_payload(**payload) | {"links": [links]} | changes
    _is_event_or_errors(events_v2, data)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(V1_NAMES, ANY_JSON), ANY_JSON, ANY_JSON)
def test_version_1_reads_or_refuses_anything(changes, details, context):
    _is_event_or_errors(events_v1, v1(details=details, contexts=[context]) | changes)


@settings(max_examples=300, deadline=None)
@given(st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_not_json(body):
    try:
        value = values.clean(values.load(body))
    except values.NotJSON:
        return
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


def _is_event_or_errors(version, data):
    try:
        found = version.parse(data)
    except Invalid as invalid:
        found = invalid
    if isinstance(found, Invalid):
        assert found.errors
        assert all(isinstance(error, str) for error in found.errors)
        return
    assert len(found.key) == 32
    assert found.dedup_key.strip()
    assert len(found.dedup_key) <= 255
    assert len(found.body["summary"]) <= 1024
    json.dumps(found.body, allow_nan=False, ensure_ascii=False).encode()
    assert "\0" not in "".join(_texts(found.body))


def _texts(value):
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [str(value)]
