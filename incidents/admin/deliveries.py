"""Who was told; the dead letters can be tried again."""

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    Finder,
    OperatorAdmin,
    confirm,
)
from incidents import dead_letters
from incidents.models import HandOff, Notification


class DeadLetters(admin.SimpleListFilter):
    """The deliveries that were given up, beside all others."""

    title = _("dead letters")
    parameter_name = "dead"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> Sequence[tuple[str, str]]:
        return [("yes", str(_("Only dead letters")))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> QuerySet[Notification]:
        if self.value() != "yes":
            return queryset
        # In the order of its own small index.
        return queryset.filter(status=Notification.Status.FAILED).order_by("-failed_at")


@admin.register(Notification)
class NotificationAdmin(OperatorAdmin):
    """Deliveries: state, provider, error; what failed may be sent once more."""

    list_display = (
        "created_at",
        "account",
        "purpose",
        "kind",
        "membership",
        "incident",
        "status",
        "send_at",
        "attempts",
        "provider_id",
        "error",
    )
    list_filter = (DeadLetters, "status", "purpose", "kind")
    list_select_related = ("account", "membership__user", "incident")
    # A notice may carry an invitation's link, and a code is a secret until it is used.
    secrets = ("token", "content")
    shown = ("says",)
    finders = (
        BY_PUBLIC_ID,
        BY_SUBDOMAIN,
        Finder("provider_id", r".+"),
    )
    search_help_text = _("Id, provider's id or subdomain")
    actions = ("retry",)

    @admin.display(description=_("Says"))
    def says(self, row: Notification) -> str:
        """Show the subject of a notice, and nothing that opens a door."""
        if row.purpose == Notification.Purpose.CODE:
            return ""
        return str(row.content.get("subject", ""))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description=_("Retry selected notifications"), permissions=["retry"])
    def retry(
        self, request: HttpRequest, rows: QuerySet[Notification]
    ) -> HttpResponse | None:
        """Say how many people this pages, then do it."""
        chosen = list(
            rows.select_related(
                "account", "membership__user", "contact_method__membership", "incident"
            )
        )
        if "confirmed" not in request.POST:
            return self._ask(request, chosen)
        again = dead_letters.retry(chosen, at=timezone.now())
        for account in {row.account for row in again}:
            self.record(request, "retried notifications", account)
        text = ngettext(
            "%d notification is sent again.",
            "%d notifications are sent again.",
            len(again),
        )
        messages.success(request, text % len(again))
        return None

    def _ask(self, request: HttpRequest, chosen: list[Notification]) -> HttpResponse:
        wanted = dead_letters.retryable(chosen)
        count, rest = dead_letters.people(wanted), len(chosen) - len(wanted)
        lines = [
            ngettext(
                "%d notification is sent.", "%d notifications are sent.", len(wanted)
            )
            % len(wanted)
        ]
        if rest:
            text = ngettext(
                "%d is left out: it did not fail, or nobody waits for it.",
                "%d are left out: they did not fail, or nobody waits for them.",
                rest,
            )
            lines.append(text % rest)
        title = ngettext("This pages %d person", "This pages %d people", count) % count
        button = ngettext("Page %d person", "Page %d people", count) % count
        return confirm(
            request,
            self,
            chosen,
            title=title,
            lines=lines,
            button=button if wanted else "",
        )


@admin.register(HandOff)
class HandOffAdmin(OperatorAdmin):
    """Notices that shifts start or end, and what became of them."""

    list_display = (
        "due_at",
        "account",
        "schedule",
        "membership",
        "when",
        "boundary_at",
        "outcome",
        "settled_at",
    )
    list_filter = ("outcome", "when")
    list_select_related = ("account", "schedule", "membership__user")
    finders = (BY_SUBDOMAIN,)
