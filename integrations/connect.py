"""The connect flow: a partner asks for integration keys, a person chooses and agrees.

One mechanism with two dialects: `connect` (one service, plain parameters) and
`install` (several services, parameters in JSON).
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership
from accounts.models.people import Role
from accounts.permissions import Actor, may
from incidents import catalogue
from incidents.models import Integration, Service
from integrations import app_calls, redirects
from integrations.models import App, Connection
from oncall.models import EscalationPolicy

LONGEST_TOKEN = 32
# Servers and proxies in between refuse a longer address.
LONGEST_ANSWER = 7000
# Nobody writes to more people than these.
MOST_NAMED = 10


class Unknown(Exception):
    """Nobody who may ask, or nowhere to return to: so there is no way back.

    Says why in one word: app, disabled or address.
    """

    def __init__(self, why: str, app: App | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.app = app


class TooLong(Exception):
    """The answer would not fit into an address."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a version of the flow names its parameters, and whether it takes several."""

    name: str
    app: str
    addresses: tuple[str, ...]
    answers: tuple[str, ...]
    takes_several: bool


CONNECT = Dialect(
    name="connect",
    app="vendor",
    addresses=("callback",),
    answers=("account", "service_key", "service_name", "error"),
    takes_several=False,
)
INSTALL = Dialect(
    name="install",
    app="app_id",
    addresses=("redirect_url", "redirect_uri"),
    answers=("config", "error"),
    takes_several=True,
)


@dataclass(frozen=True, slots=True)
class Request:
    """A partner's request: who asks, and where the answer goes."""

    app: App
    address: str
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose: services that exist, and perhaps some to create."""

    services: Sequence[Service] = ()
    names: Sequence[str] = ()
    policy: EscalationPolicy | None = None


def read(parameters: Mapping[str, str], dialect: Dialect) -> Request:
    """Read a partner's link; raises Unknown. Asked inside a scope that sees the app."""
    # PostgreSQL does not even look for a NUL.
    given = parameters.get(dialect.app, "").replace("\0", "")
    named = (
        Q(vendor_key=given)
        if dialect is CONNECT
        else Q(client_id=given) | Q(public_id=given)
    )
    app = App.objects.filter(named).first()
    if not given or app is None:
        raise Unknown("app")
    if app.disabled_at or not app.has_events:
        raise Unknown("disabled", app)
    found = (parameters.get(name, "") for name in dialect.addresses)
    address = next(filter(None, found), "")
    if not redirects.is_registered(address, app.redirect_uris.split()):
        raise Unknown("address", app)
    return Request(app, address, dialect)


def note_refusal(
    refusal: Unknown, dialect: Dialect, account: Account | None, *, at: datetime
) -> None:
    """Tell those who keep the app what its link lacks; in the scope that read it."""
    why = {
        "disabled": "The app is disabled, or is not one that sends events.",
        "address": "The redirect address in the link is not registered.",
    }
    if refusal.app is not None:
        app_calls.record(
            refusal.app,
            account=account,
            at=at,
            call=dialect.name,
            status=400,
            detail=why[refusal.why],
        )


def new_token() -> str:
    """Mint the token of a form, by which a second submit of it is recognised."""
    return secrets.token_hex(LONGEST_TOKEN // 2)


@transaction.atomic
def finish(
    request: Request, choice: Choice, *, token: str, actor: Actor, at: datetime
) -> list[Integration]:
    """Make the keys; a second time with the same token, return those of the first.

    Raises catalogue.Refused, TooLong and NotPermitted; then nothing was made.
    """
    actor.require("configure")
    member = _only_one_at_a_time(actor)
    account = member.account
    mine = account.connections.filter(app=request.app, connected_by=member, token=token)
    if done := list(mine.select_related("integration__service").order_by("id")):
        return [connection.integration for connection in done]
    new = [
        _new_service(name, choice.policy, account, actor=actor, at=at)
        for name in choice.names
    ]
    made = [
        _connect(request.app, service, token=token, actor=actor, at=at)
        for service in [*choice.services, *new]
    ]
    if len(answer(request, account, made)) > LONGEST_ANSWER:
        raise TooLong
    _note_success(request, account, made, at=at)
    return made


def disconnect(connection: Connection, *, actor: Actor, at: datetime) -> None:
    """Let events of the app open nothing any more. Raises NotPermitted."""
    catalogue.disable_integration(connection.integration, actor=actor, at=at)


def answer(
    request: Request, account: Account, integrations: Sequence[Integration]
) -> str:
    """Return the partner's address with the keys that the person gave it."""
    if request.dialect.takes_several:
        return _return(request, config=_config(account, integrations))
    [integration] = integrations
    return _return(
        request,
        account=account.subdomain,
        service_key=integration.key,
        service_name=integration.service.name,
    )


def cancelled(request: Request) -> str:
    """Return the partner's address with the news that the person did not agree."""
    return _return(request, error="cancelled")


def who_may_finish(account: Account) -> list[Membership]:
    """Name members who could finish, owners and admins first, each kind by name."""
    members = account.memberships.select_related("user").filter(deactivated_at=None)
    able = [member for member in members if may(member, "configure")]
    rank = [Role.OWNER, Role.ADMIN]
    able.sort(key=lambda one: (one.role not in rank, one.role, one.name))
    return able[:MOST_NAMED]


def already_connected(app: App, account: Account) -> set[int]:
    """Return the ids of the services that the app can send events to already."""
    live = account.connections.filter(app=app, integration__disabled_at=None)
    return set(live.values_list("integration__service_id", flat=True))


def just_made(app: App, member: Membership, *, since: datetime) -> QuerySet[Connection]:
    """Return what the member connected lately, as one finds on the way back here."""
    mine = member.account.connections.filter(
        app=app, connected_by=member, created_at__gte=since
    )
    return mine.select_related("integration__service").order_by("id")


def _only_one_at_a_time(actor: Actor) -> Membership:
    """Have a second submit of the same person wait until the first is done."""
    if actor.user is None:
        raise ValueError("somebody must agree")
    locked = actor.user.account.memberships.select_for_update(of=("self",))
    return locked.select_related("account", "user").get(pk=actor.user.pk)


def _new_service(
    name: str,
    policy: EscalationPolicy | None,
    account: Account,
    *,
    actor: Actor,
    at: datetime,
) -> Service:
    try:
        return catalogue.create_service(
            account, actor=actor, at=at, name=name, escalation_policy=policy
        )
    except catalogue.Refused as refusal:
        words = _("%(name)s: %(problem)s") % {"name": name, "problem": refusal}
        raise catalogue.Refused(words) from refusal


def _note_success(
    request: Request, account: Account, made: Sequence[Integration], *, at: datetime
) -> None:
    app_calls.record(
        request.app,
        account=account,
        at=at,
        call=request.dialect.name,
        status=302,
        detail=f"Connected to {', '.join(one.service.name for one in made)}",
    )


def _connect(
    app: App, service: Service, *, token: str, actor: Actor, at: datetime
) -> Integration:
    integration = catalogue.add_integration(
        service, actor=actor, at=at, name=str(app)[:100]
    )
    connection = service.account.connections.create(
        app=app, integration=integration, connected_by=actor.user, token=token
    )
    audit.record(actor, "connected app", connection, at=at)
    return integration


def _return(request: Request, **parameters: str) -> str:
    # Whoever made the link must not answer for us: a reader may take the first.
    answers = request.dialect.answers
    return redirects.extend(request.address, parameters, instead_of=answers)


def _config(account: Account, integrations: Sequence[Integration]) -> str:
    keys = [
        {
            "integration_key": integration.key,
            "name": integration.service.name,
            "id": integration.service.public_id,
            "type": "service",
        }
        for integration in integrations
    ]
    # Clients read `name`; the documents of the flow spell it `Name`.
    whose = {
        "subdomain": account.subdomain,
        "name": account.name,
        "Name": account.name,
    }
    return json.dumps(
        {"integration_keys": keys, "account": whose},
        ensure_ascii=False,
        separators=(",", ":"),
    )
