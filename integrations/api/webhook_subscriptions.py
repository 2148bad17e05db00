"""Webhook subscriptions: addresses that are told of events, and what they hear."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.permissions import Actor
from integrations.api import errors, lists
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from integrations.models import WebhookSubscription
from integrations.webhooks import rights, subscriptions

ROOT = "webhook_subscription"
METHOD = "http_delivery_method"
REDACTED = "-- redacted --"
REFERENCE = "_reference"
FILTERS = {f"{kind}{REFERENCE}": kind for kind in WebhookSubscription.Filter.values}


class HeaderBody(serializers.Serializer[Any]):
    """A header that goes with every message."""

    name = serializers.CharField()
    value = serializers.CharField(allow_blank=True, trim_whitespace=False)


class MethodBody(serializers.Serializer[Any]):
    """Where messages go."""

    type = serializers.ChoiceField([METHOD], required=False)
    url = serializers.CharField(max_length=1000)
    custom_headers = HeaderBody(many=True, required=False, allow_null=True)


class FilterField(serializers.Field[Any, Any, Any, Any]):
    """Whose events count: the account's, or those of a service or a team of it."""

    default_error_messages = {
        "shape": "This must be an object with a type.",
        "type": "The type cannot be {type}; it may be {allowed}.",
        "missing": "A {type} needs an id.",
        "gone": "There is no {type} {id}.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Find what the filter names."""
        if not isinstance(data, dict):
            self.fail("shape")
        kind = FILTERS.get(str(data.get("type")))
        if kind is None:
            self.fail("type", type=data.get("type"), allowed=", ".join(FILTERS))
        values: dict[str, Any] = {"filter_type": kind}
        if kind != WebhookSubscription.Filter.ACCOUNT:
            values[kind] = self._row(kind, data.get("id"))
        return values

    def _row(self, kind: str, public_id: Any) -> Any:
        if not public_id:
            self.fail("missing", type=f"{kind}{REFERENCE}")
        account = self.context["request"].account
        rows: QuerySet[Any] = getattr(account, f"{kind}s").all()
        found = rows.filter(public_id=str(public_id)).first()
        if found is None:
            self.fail("gone", type=kind, id=public_id)
        return found


class SubscriptionBody(serializers.Serializer[Any]):
    """What a caller says of a subscription."""

    type = serializers.ChoiceField([ROOT], required=False)
    delivery_method = MethodBody()
    events = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    filter = FilterField()
    description = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, allow_null=True
    )
    active = serializers.BooleanField(required=False)


class ChangeBody(serializers.Serializer[Any]):
    """What a caller may say of a subscription that there is."""

    events = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    filter = FilterField()
    description = serializers.CharField(
        max_length=1000, allow_blank=True, allow_null=True
    )
    active = serializers.BooleanField()


def represent(
    request: ApiRequest, subscription: WebhookSubscription, secret: str | None = None
) -> dict[str, Any]:
    """Show a subscription; its secret only to whom it was just made for."""
    return {
        "id": subscription.public_id,
        "type": ROOT,
        "active": subscription.is_active,
        "description": subscription.description or None,
        "delivery_method": {
            "id": subscription.delivery_method_id,
            "type": METHOD,
            "url": subscription.url,
            "secret": secret,
            "temporarily_disabled": subscription.is_temporarily_disabled,
            "extension_id": None,
            "custom_headers": [
                {"name": header["name"], "value": REDACTED}
                for header in subscription.headers
            ],
        },
        "events": subscription.events,
        "filter": _filter(subscription),
        "oauth_client": None,
    }


class SubscriptionView(ResourceView):
    """What the views of subscriptions have in common."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse who may set up none: an address may hold a password itself."""
        super().initial(request, *args, **kwargs)
        require_configurer(self.actor)

    def subscriptions(self) -> QuerySet[WebhookSubscription]:
        """Return what the caller may see; those of extensions are their extensions'."""
        rows = self.account.webhook_subscriptions.select_related("service", "team")
        return rights.visible(rows.filter(extension=None), self.actor)

    def found(self, public_id: str) -> WebhookSubscription:
        """Find one by its public id; raises Http404."""
        return self.find(self.subscriptions(), public_id)

    def one(
        self, subscription: WebhookSubscription, secret: str | None = None
    ) -> Response:
        """Answer with one subscription; creating answers 200, too."""
        return Response({ROOT: represent(self.request, subscription, secret)})


class Subscriptions(SubscriptionView):
    """`/webhook_subscriptions`."""

    def get(self, request: ApiRequest) -> Response:
        """List subscriptions, the oldest first."""
        rows = self.subscriptions()
        kind = lists.choice(request, "filter_type", {*FILTERS.values(), ""}, "")
        if kind:
            rows = rows.filter(filter_type=kind)
        if public_id := lists.word(request, "filter_id"):
            rows = rows.filter(filter_id=public_id)
        return self.page(f"{ROOT}s", rows, represent)

    def post(self, request: ApiRequest) -> Response:
        """Make a subscription; this answer alone tells its secret."""
        self.actor.require_anywhere("configure")
        sent = self.read(SubscriptionBody, ROOT)
        method = sent["delivery_method"]
        made, secret = subscriptions.create(
            self.account,
            actor=self.actor,
            at=self.at,
            values={
                "url": method["url"],
                "headers": method.get("custom_headers") or [],
                **_values(sent),
            },
        )
        return self.one(made, secret)


class OneSubscription(SubscriptionView):
    """`/webhook_subscriptions/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a subscription without its secret."""
        return self.one(self.found(public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present; the way of delivery stays."""
        subscription = self.found(public_id)
        rights.require(subscription, self.actor)
        sent = self.read(ChangeBody, ROOT, partial=True)
        if values := _values(sent):
            subscription = subscriptions.change(
                subscription, actor=self.actor, at=self.at, values=values
            )
        return self.one(subscription)

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a subscription, what waits for it, and its log."""
        subscriptions.delete(self.found(public_id), actor=self.actor, at=self.at)
        return Response(status=204)


class Enable(SubscriptionView):
    """`/webhook_subscriptions/{id}/enable`."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """End a temporary disabling; what was held meanwhile goes out."""
        subscription = subscriptions.enable(
            self.found(public_id), actor=self.actor, at=self.at
        )
        return self.one(subscription)


class Ping(SubscriptionView):
    """`/webhook_subscriptions/{id}/ping`."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Send a greeting there."""
        subscriptions.ping(self.found(public_id), actor=self.actor, at=self.at)
        return Response(status=202)


def require_configurer(actor: Actor) -> None:
    """Let keys of the account read, and members who configure something, or raise."""
    if rights.only_of(actor) == []:
        raise errors.denied("Only those who may configure the account see this.")


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    """Name what was sent as the verbs name it."""
    names = {"events": "events", "description": "description", "active": "is_active"}
    values = {names[name]: value for name, value in sent.items() if name in names}
    values.update(sent.get("filter", {}))
    return values


def _filter(subscription: WebhookSubscription) -> dict[str, Any]:
    kind = f"{subscription.filter_type}{REFERENCE}"
    # The account's has no id.
    return {"type": kind, "id": subscription.filter_id or None}
