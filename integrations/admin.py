"""Partners' apps, which operators register, and what partners hold."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

import integrations.chat.admin
import integrations.slack.admin  # noqa: F401 - what chats have is shown too
from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    OperatorAdmin,
    Related,
    confirm,
)
from accounts.permissions import Actor
from integrations import app_secrets
from integrations.forms.operators import AppForm
from integrations.models import (
    AccessToken,
    App,
    AppCall,
    AppSecret,
    Connection,
    Delegation,
    ExtendedService,
    Extension,
    Grant,
    IDToken,
    OutboxMessage,
    ProviderState,
    RefreshToken,
    WebhookDelivery,
    WebhookSecret,
    WebhookSubscription,
)
from integrations.providers import health
from integrations.webhooks import health as webhooks
from oncall.admin_site import register_health

register_health(health.lines)
register_health(webhooks.lines)


@admin.register(App)
class AppAdmin(OperatorAdmin):
    """Partners' apps; one without an account is public."""

    form = AppForm
    list_display = (
        "name",
        "account",
        "vendor_key",
        "has_events",
        "is_verified",
        "disabled_at",
    )
    list_filter = (
        "has_events",
        "is_verified",
        ("account", admin.EmptyFieldListFilter),
        ("disabled_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("account",)
    search_fields = ("name", "client_id", "vendor_key", "public_id")
    autocomplete_fields = ("account",)
    # Only its hash is kept, and not even that is shown.
    secrets = ("client_secret",)
    editable = AppForm.Meta.fields
    shown = ("connect_link",)
    actions = ("make_secret",)
    related = (
        Related(_("Connections"), "integrations_connection", "app__id__exact"),
        Related(_("Secrets"), "integrations_appsecret", "app__id__exact"),
        Related(_("Last calls"), "integrations_appcall", "app__id__exact"),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.editable if obj is None else super().get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    @admin.action(description=_("Make a secret"), permissions=["change"])
    def make_secret(
        self, request: HttpRequest, queryset: QuerySet[App]
    ) -> HttpResponse | None:
        """Give one app a secret, which the answer alone shows."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose one app."), messages.ERROR)
            return None
        if "confirmed" in request.POST:
            return self._make_secret(request, chosen[0])
        words = _("It is shown once. Give it to the partner by a safe way.")
        title, button = _("Make a secret"), _("Make a secret")
        return confirm(request, self, chosen, title=title, lines=[words], button=button)

    def _make_secret(self, request: HttpRequest, app: App) -> HttpResponse | None:
        try:
            row, secret = app_secrets.add(
                app, actor=Actor("operator"), at=timezone.now()
            )
        except app_secrets.Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None
        # The site's own log, for a public app is in no account's.
        OperatorAdmin.log_change(self, request, app, f"Made the secret {row.prefix}…")
        title, lines = _("Copy the secret now; it is not shown again"), [secret]
        return confirm(request, self, [app], title=title, lines=lines, button="")

    @admin.display(description=_("The partner's button leads to"))
    def connect_link(self, app: App) -> SafeString:
        """Show the address that the partner has to open."""
        address = app.redirect_uris.split()[0] if app.redirect_uris else ""
        return format_html(
            "<code>{}/connect?vendor={}&amp;callback={}</code>",
            settings.SITE_URL,
            app.vendor_key,
            address,
        )


@admin.register(AppSecret)
class AppSecretAdmin(OperatorAdmin):
    """What apps prove themselves with; only the beginning was ever kept."""

    list_display = ("app", "account", "prefix", "last_used_at", "revoked_at")
    list_select_related = ("app", "account")
    secrets = ("digest",)
    finders = (BY_SUBDOMAIN,)
    actions = ("revoke",)

    @admin.action(description=_("Revoke"))
    def revoke(
        self, request: HttpRequest, queryset: QuerySet[AppSecret]
    ) -> HttpResponse | None:
        """End secrets, once the operator is sure."""
        chosen = list(queryset.select_related("app__account", "account"))
        if "confirmed" not in request.POST:
            words = _("Apps that still use them get no tokens any more.")
            title, button = _("Revoke secrets"), _("Revoke")
            return confirm(
                request, self, chosen, title=title, lines=[words], button=button
            )
        for secret in chosen:
            app_secrets.revoke(secret, actor=Actor("operator"), at=timezone.now())
            self.log_change(request, secret, "Revoked.")
        return None


@admin.register(AppCall)
class AppCallAdmin(OperatorAdmin):
    """The last calls of each app, and how they ended."""

    list_display = ("at", "app", "account", "call", "status", "detail")
    list_filter = ("status",)
    list_select_related = ("app", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Connection)
class ConnectionAdmin(OperatorAdmin):
    """Integrations that partners made."""

    list_display = ("app", "integration", "account", "connected_by", "created_at")
    list_select_related = ("app", "integration", "account", "connected_by__user")
    secrets = ("token",)
    finders = (BY_SUBDOMAIN,)


@admin.register(Extension)
class ExtensionAdmin(OperatorAdmin):
    """Where else the news of services go."""

    list_display = ("name", "account", "schema", "endpoint_url", "created_at")
    list_filter = ("schema",)
    list_select_related = ("account",)
    finders = (BY_SUBDOMAIN,)


@admin.register(ExtendedService)
class ExtendedServiceAdmin(OperatorAdmin):
    """Which services' news an extension gets."""

    list_display = ("extension", "service", "account")
    list_select_related = ("extension", "service", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Delegation)
class DelegationAdmin(OperatorAdmin):
    """What people let apps do."""

    list_display = (
        "app",
        "account",
        "membership",
        "scope",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("app", "account", "membership__user")
    finders = (BY_SUBDOMAIN,)


class TokenAdmin(OperatorAdmin):
    """Something that a partner holds, without its value."""

    list_display: tuple[str, ...] = (
        "application",
        "user",
        "account",
        "scope",
        "created",
        "expires",
    )
    list_select_related = ("application", "user", "account")
    secrets = ("token", "token_checksum", "code", "code_challenge", "nonce")
    finders = (BY_SUBDOMAIN,)


@admin.register(Grant)
class GrantAdmin(TokenAdmin):
    """Authorization codes."""


@admin.register(AccessToken)
class AccessTokenAdmin(TokenAdmin):
    """Access tokens."""


@admin.register(RefreshToken)
class RefreshTokenAdmin(TokenAdmin):
    """Refresh tokens."""

    list_display = ("application", "user", "account", "created", "revoked")


@admin.register(IDToken)
class IDTokenAdmin(TokenAdmin):
    """Tokens that say who signed in."""


@admin.register(OutboxMessage)
class OutboxMessageAdmin(OperatorAdmin):
    """The local outbox. What was written is on its own page: it may hold codes."""

    list_display = ("created_at", "kind", "recipient", "is_reply")
    list_filter = ("kind", "is_reply")
    secrets = ("subject", "text", "html", "headers", "parameters")


@admin.register(ProviderState)
class ProviderStateAdmin(OperatorAdmin):
    """How the providers of texts, calls and mail fare."""

    list_display = (
        "provider",
        "kind",
        "failures",
        "demoted_until",
        "last_failure_at",
        "last_success_at",
        "last_error",
    )
    list_filter = ("kind", "provider")


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(OperatorAdmin):
    """Addresses that accounts have told of events."""

    list_display = (
        "public_id",
        "account",
        "description",
        "filter_type",
        "is_active",
        "disabled_until",
        "drops",
        "last_success_at",
        "last_error_at",
    )
    list_filter = (
        "is_active",
        "filter_type",
        ("disabled_until", admin.EmptyFieldListFilter),
    )
    list_select_related = ("account",)
    # An address can hold a password of its own.
    secrets = ("url", "sealed_headers")
    shown = ("host",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (
        Related(
            _("Deliveries"), "integrations_webhookdelivery", "subscription__id__exact"
        ),
    )


@admin.register(WebhookSecret)
class WebhookSecretAdmin(OperatorAdmin):
    """Secrets of webhooks, of which nothing but their beginning is shown."""

    list_display = ("prefix", "subscription", "account", "created_at", "revoked_at")
    list_select_related = ("subscription", "account")
    secrets = ("sealed",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(OperatorAdmin):
    """What was sent, without what it said and what was answered."""

    list_display = (
        "created_at",
        "account",
        "subscription",
        "event_type",
        "state",
        "attempts",
        "due_at",
        "last_status",
        "last_error",
    )
    list_filter = ("state", "event_type")
    list_select_related = ("account", "subscription")
    secrets = ("body", "last_answer")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
