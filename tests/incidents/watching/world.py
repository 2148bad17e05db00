"""What tests of incidents about ourselves ask of an account, and do to it."""

from datetime import timedelta
from uuid import uuid4

from accounts.permissions import Actor
from incidents import intake, own
from incidents.models import Incident
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEB = Actor("web")


def own_ones(world) -> list[Incident]:
    return list(world.account.incidents.exclude(own_key="").order_by("id"))


def statuses(world) -> list[str]:
    return [incident.status for incident in own_ones(world)]


def opened(world, at=NOON, **more) -> Incident | None:
    return own.open_once(
        world.service, "quiet:P1", title="Quiet", lines=["Why"], at=at, **more
    )


def spoken(world, at=NOON, **body) -> None:
    body = {"summary": "Down", "severity": "critical", **body}
    intake.receive(world.integration.key, "trigger", uuid4().hex, body, at=at)
    intake.process(at)
