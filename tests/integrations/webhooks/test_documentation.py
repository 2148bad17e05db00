"""The page on webhooks: its examples are what is sent, and its programs do verify."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts import tenancy
from incidents import actions, catalogue, responders
from integrations.webhooks import event_types, subscriptions
from tests.factories import NOON
from tests.integrations.webhooks.telling import (
    SECOND,
    by,
    do,
    open_incident,
    subscribe,
    subscribe_with_secret,
    tell,
)

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/webhooks.md"
# Of each language: the program's file, and what runs it.
PROGRAMS = {
    "python": ("verify.py", ["python3"]),
    "javascript": ("verify.js", ["node"]),
    "go": ("verify.go", ["go", "run"]),
    "ruby": ("verify.rb", ["ruby"]),
    "java": ("Verify.java", ["java"]),
}
EXAMPLES = (
    *("incident.triggered", "incident.annotated", "incident.responder.added"),
    *("service.created", "pagey.ping"),
)


def blocks(language: str) -> list[str]:
    """The blocks of the page in a language."""
    found = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [str(block) for block in found]


def section(name: str) -> str:
    """What stands below a heading, up to the next one."""
    return DOCUMENT.read_text().split(f"\n### {name}\n")[1].split("\n#")[0]


@pytest.fixture
def sent(acme, receiver, settings) -> dict[str, str]:
    """What is really sent of each example, with ids that stay the same."""
    settings.SITE_URL = "https://oncall.example"
    subscription = subscribe(acme, receiver)
    incident = open_incident(acme, "Disk full on db-1", incident_key="db-1/disk")
    do(actions.add_note, incident, NOON + SECOND, text="Logs are being deleted.")
    bob = [acme.bob.membership]
    at = NOON + 2 * SECOND
    do(responders.ask, incident, at, people=bob, message="Please join")
    with tenancy.scope(acme.account):
        service = catalogue.create_service(
            acme.account,
            actor=by(acme),
            at=NOON + 3 * SECOND,
            name="Search",
            escalation_policy=acme.policy,
        )
        subscriptions.ping(subscription, actor=by(acme), at=NOON + 4 * SECOND)
    tell(NOON + 5 * SECOND)
    names = {
        incident.public_id: "QINC0000000001",
        acme.service.public_id: "PSVC0000000001",
        service.public_id: "PSVC0000000002",
        acme.policy.public_id: "PESC0000000001",
        acme.alice.membership.public_id: "PUSR0000000001",
        acme.bob.membership.public_id: "PUSR0000000002",
        incident.timeline.get(verb="add_note").public_id: "QLOG0000000001",
    }
    return {got.type: renamed(got.body.decode(), names) for got in receiver.received}


def renamed(body: str, names: dict[str, str]) -> str:
    """The same with ids that stay the same, and without the times of rows."""
    for real, shown in names.items():
        body = body.replace(real, shown)
    event_id = json.loads(body)["event"]["id"]
    return body.replace(event_id, "1e9b57a0-0000-4000-8000-000000000001")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_is_sent(sent, name):
    shown = json.loads(section(name).split("```json\n")[1].split("```")[0])

    real = json.loads(sent[name])

    # A service says when its row was made, which no test decides.
    if name == "service.created":
        shown["event"]["data"].pop("created_at")
        real["event"]["data"].pop("created_at")
    anew = json.dumps(real, indent=2, ensure_ascii=False)
    assert shown == real, f"docs/webhooks.md should say of {name}:\n{anew}"


def test_every_type_is_explained():
    table = DOCUMENT.read_text().split("## What is told")[1].split("\n## ")[0]
    explained = set(re.findall(r"`((?:incident|service|pagey)\.[\w.]+)`", table))

    assert explained == {*event_types.OFFERED, event_types.PING}


def test_five_languages_verify():
    fences = set(re.findall(r"^```(\w+)$", DOCUMENT.read_text(), re.MULTILINE))

    assert fences - {"json"} == set(PROGRAMS)
    assert all(len(blocks(language)) == 1 for language in PROGRAMS)


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_tells_what_is_genuine_from_what_is_forged(
    acme, receiver, language, tmp_path
):
    name, command = PROGRAMS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed, so its program is not run")
    subscription, old = subscribe_with_secret(acme, receiver)
    with tenancy.scope(acme.account):
        _row, new = subscriptions.add_secret(subscription, actor=by(acme), at=NOON)
    open_incident(acme, title="Größe der Platte")
    tell()
    [got] = receiver.received
    header = got.headers["X-PagerDuty-Signature"]
    program = tmp_path / name
    program.write_text(blocks(language)[0])

    def verdict(secret: str, body: bytes, header: str) -> int:
        return subprocess.run(  # noqa: S603
            [*command, str(program), header],
            input=body,
            env={**os.environ, "WEBHOOK_SECRET": secret},
            capture_output=True,
            timeout=60,
        ).returncode

    assert verdict(old, got.body, header) == 0
    assert verdict(new, got.body, header) == 0
    first, second = header.split(",")
    assert verdict(new, got.body, second) == 0
    forged = {
        "another body": (new, got.body.replace(b"triggered", b"resolved"), header),
        "another secret": ("another secret", got.body, header),
        "the other one's signature": (new, got.body, first),
        "another scheme": (new, got.body, second.replace("v1=", "v0=")),
        "a part of it": (new, got.body, second[:-1]),
        "nothing": (new, got.body, ""),
    }
    verdicts = {how: verdict(*given) for how, given in forged.items()}
    assert verdicts == dict.fromkeys(forged, 1)
