"""Every address of ours, from the URL table, and what may stand in its gaps."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from incidents.views import (
    heartbeats,
    integrations,
    listing,
    maintenance,
    services,
    verbs,
)
from integrations.models import OutboxMessage
from tests.conftest import World

OURS = {"oncall", "accounts", "incidents", "integrations"}
# The operators' site has a test of its own.
ELSEWHERE = ("admin/",)

Pick = Callable[[World], Any]


def _someone(world: World) -> Any:
    return list(world.people.values())[-1].membership


def _webhook(world: World) -> Any:
    return world.account.webhook_subscriptions.get(extension=None)


def _message(world: World, kind: str) -> int:
    tokens = list(world.account.notifications.values_list("token", flat=True))
    return OutboxMessage.objects.get(kind=kind, parameters__token__in=tokens).pk


# What an id in an address names, by how the address begins; the longest one counts.
IDS: dict[tuple[str, str], Pick] = {
    ("calendar-feeds/", "public_id"): lambda w: (
        _mine(w).membership.calendar_feeds.get().public_id
    ),
    ("escalation-policies/", "public_id"): lambda w: w.policy.public_id,
    ("escalation_policies/", "public_id"): lambda w: w.policy.public_id,
    ("grants/", "public_id"): lambda w: (
        w.account.delegations.get(revoked_at=None).public_id
    ),
    ("heartbeats/", "public_id"): lambda w: w.account.heartbeats.get().public_id,
    ("incidents/", "number"): lambda w: w.account.incidents.earliest("id").number,
    ("incidents/%(number)s/responders/", "public_id"): lambda w: (
        w.account.responders.get().public_id
    ),
    ("incidents/", "public_id"): lambda w: w.account.incidents.earliest("id").public_id,
    ("integrations/", "public_id"): lambda w: w.integration.public_id,
    ("integrations/apps/", "app_id"): lambda w: w.account.apps.get().public_id,
    ("keys/", "public_id"): lambda w: w.account.api_keys.get().public_id,
    ("maintenance/", "public_id"): lambda w: (
        w.account.maintenance_windows.get().public_id
    ),
    ("me/contact-methods/", "public_id"): lambda w: _mine(w).email.public_id,
    ("me/hand-offs/", "public_id"): lambda w: (
        _mine(w).membership.handoff_rules.get().public_id
    ),
    ("me/rules/", "public_id"): lambda w: (
        _mine(w).membership.notification_rules.first().public_id
    ),
    ("outbox/call/", "pk"): lambda w: _message(w, "call"),
    ("outbox/mail/", "pk"): lambda w: _message(w, "email"),
    ("outbox/text/", "pk"): lambda w: _message(w, "sms"),
    ("people/", "public_id"): lambda w: _someone(w).public_id,
    ("people/", "method_id"): lambda w: (
        _someone(w).contact_methods.get(kind="email").public_id
    ),
    ("people/invitations/", "public_id"): lambda w: (
        w.account.invitations.get().public_id
    ),
    ("schedules/", "public_id"): lambda w: w.account.schedules.get().public_id,
    ("schedules/", "override_id"): lambda w: (
        w.account.schedule_overrides.get().public_id
    ),
    ("service-directory/", "public_id"): lambda w: w.service.public_id,
    ("services/", "public_id"): lambda w: w.service.public_id,
    ("services/", "rule_id"): lambda w: w.service.suppression_rules.get().public_id,
    ("settings/apps/", "public_id"): lambda w: w.account.apps.get().public_id,
    ("settings/apps/", "secret_id"): lambda w: w.account.app_secrets.get().public_id,
    ("settings/extensions/", "public_id"): lambda w: (
        w.account.extensions.get(schema="slack").public_id
    ),
    ("settings/slack/", "public_id"): lambda w: (
        w.account.slack_workspaces.get().public_id
    ),
    ("settings/slack/on-call/", "public_id"): lambda w: (
        w.account.mirrors.get(kind="topic").public_id
    ),
    ("settings/webhooks/", "public_id"): lambda w: _webhook(w).public_id,
    ("settings/webhooks/", "delivery_id"): lambda w: (
        _webhook(w).deliveries.get().public_id
    ),
    ("settings/webhooks/", "secret_id"): lambda w: _webhook(w).secrets.get().public_id,
    ("teams/", "public_id"): lambda w: w.account.teams.get().public_id,
    ("teams/", "member_id"): lambda w: _mine(w).membership.public_id,
    ("users/", "public_id"): lambda w: _someone(w).public_id,
}
# Words that an address takes where its pattern does not list them.
WORDS: dict[tuple[str, str], list[str]] = {
    ("heartbeats/", "change"): list(heartbeats.CHANGES),
    ("incidents/", "verb"): list(verbs.VERBS),
    ("incidents/bulk/", "verb"): list(listing.BULK),
    ("integrations/", "change"): list(integrations.CHANGES),
    ("maintenance/", "change"): list(maintenance.CHANGES),
    ("services/", "change"): list(services.CHANGES),
    ("settings/extensions/new/", "kind"): ["generic_webhook", "slack", "teams"],
}
# Random names that are the right themselves: whoever has one may use it. An alias is
# a tool's own name for an alert of the key that it shows.
TOKENS = {"token", "key", "alias"}


@dataclass(frozen=True)
class Route:
    """An address with gaps."""

    # As the URL table has it, without the marks of regular expressions.
    template: str
    gaps: tuple[str, ...]
    # Words that the pattern itself lists, by gap.
    listed: dict[str, list[str]]
    # The ability that its view asks for; nothing for a public one.
    asks_for: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(gap for gap in self.gaps if self._kind(gap) == "id")

    @property
    def has_token(self) -> bool:
        return any(gap in TOKENS for gap in self.gaps)

    def addresses(self, *worlds: World) -> Iterator[str]:
        """Fill the gaps: each id from the world at its place, each word with each."""
        owners = dict(zip(self.ids, worlds, strict=True))
        options = [self._options(gap, owners.get(gap)) for gap in self.gaps]
        for values in itertools.product(*options):
            yield "/" + self.template % dict(zip(self.gaps, values, strict=True))

    def _options(self, gap: str, world: World | None) -> list[Any]:
        if world is not None:
            return [_longest(IDS, self.template, gap)(world)]
        if gap in TOKENS:
            return ["f" * 32]
        return self.listed.get(gap) or _longest(WORDS, self.template, gap)

    def _kind(self, gap: str) -> str:
        if gap in TOKENS or gap in self.listed:
            return "other"
        if _longest(IDS, self.template, gap, default=None):
            return "id"
        if _longest(WORDS, self.template, gap, default=None):
            return "word"
        raise LookupError(
            f"What may stand for {gap} in /{self.template}? Say so in"
            " tests/architecture/routes.py, in IDS, WORDS or TOKENS."
        )


def every() -> list[Route]:
    """List the routes whose views are ours, in the order of the URL table."""
    routes = [
        _route(pattern, prefix)
        for prefix, pattern in _walk(get_resolver(), ())
        if _module(pattern).split(".")[0] in OURS
    ]
    return [route for route in routes if not route.template.startswith(ELSEWHERE)]


def _walk(resolver: Any, prefix: tuple[Any, ...]) -> Iterator[tuple[Any, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix, entry
        else:
            yield from _walk(entry, (*prefix, entry.pattern))


def _module(pattern: URLPattern) -> str:
    view = pattern.callback
    return str(getattr(view, "view_class", view).__module__)


def _route(pattern: URLPattern, prefix: tuple[Any, ...]) -> Route:
    parts = [*prefix, pattern.pattern]
    template = "".join(_template(part) for part in parts)
    gaps = tuple(re.findall(r"%\((\w+)\)s", template))
    found = re.findall(r"\(\?P<(\w+)>(\w+(?:\|\w+)+)\)", "".join(map(str, parts)))
    listed = {name: words.split("|") for name, words in found}
    asks_for = getattr(pattern.callback, "asks_for", "")
    return Route(template, gaps, listed, asks_for)


def _template(part: Any) -> str:
    if isinstance(part, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"%(\1)s", str(part))
    # The plainest address that the expression matches.
    return str(normalize(str(part).lstrip("^"))[0][0])


def _mine(world: World) -> Any:
    return next(iter(world.people.values()))


_MISSING = object()


def _longest(
    table: dict[tuple[str, str], Any], template: str, gap: str, default: Any = _MISSING
) -> Any:
    fits = [key for key in table if key[1] == gap and template.startswith(key[0])]
    if not fits and default is not _MISSING:
        return default
    return table[max(fits, key=lambda key: len(key[0]))]
