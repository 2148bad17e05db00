"""Accounts and people, as operators see them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import suspension
from accounts.forms.operators import (
    AccountForm,
    OperatorUserCreationForm,
    OperatorUserForm,
    SuspensionForm,
)
from accounts.models import (
    Account,
    ApiKey,
    AuditEntry,
    ContactMethod,
    HandOffRule,
    Invitation,
    Membership,
    NotificationRule,
    Priority,
    PushSubscription,
    QuotaUse,
    StatusUpdateRule,
    Team,
    TeamMembership,
    User,
    Verification,
)
from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    CappedPaginator,
    Finder,
    OperatorAdmin,
    Related,
    confirm,
)

BY_EMAIL = Finder("user__email", r"\S+@\S+")


@admin.register(Account)
class AccountAdmin(OperatorAdmin):
    """The tenants: their limits, and suspending one."""

    form = AccountForm
    list_display = (
        "name",
        "subdomain",
        "time_zone",
        "country",
        "events_per_minute",
        "created_at",
        "suspended_at",
    )
    list_filter = (("suspended_at", admin.EmptyFieldListFilter), "is_demo")
    search_fields = ("name", "subdomain", "public_id")
    search_help_text = _("Name, subdomain or id")
    editable = ("name", "events_per_minute", "allowed_countries")
    related = (
        Related(_("People"), "accounts_membership", "account__id__exact"),
        Related(_("Services"), "incidents_service", "account__id__exact"),
        Related(_("Incidents"), "incidents_incident", "account__id__exact"),
        Related(_("Notifications"), "incidents_notification", "account__id__exact"),
        Related(_("Audit log"), "accounts_auditentry", "account__id__exact"),
    )
    actions = ("suspend", "unsuspend")

    @admin.action(description=_("Suspend selected accounts"), permissions=["change"])
    def suspend(
        self, request: HttpRequest, accounts: QuerySet[Account]
    ) -> HttpResponse | None:
        """Ask why; then nobody gets in any more."""
        form = SuspensionForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            title = ngettext(
                "Suspend %d account?", "Suspend %d accounts?", len(accounts)
            )
            return confirm(
                request,
                self,
                list(accounts),
                title=title % len(accounts),
                lines=[_("Nobody can sign in to it until it is unsuspended.")],
                button=_("Suspend"),
                form=form,
            )
        for account in accounts:
            suspension.suspend(
                account,
                form.cleaned_data["reason"],
                at=timezone.now(),
                details={"operator": str(request.user)},
            )
        messages.success(request, _("Suspended."))
        return None

    @admin.action(description=_("Unsuspend selected accounts"), permissions=["change"])
    def unsuspend(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        """Let people in again."""
        for account in accounts:
            details = {"operator": str(request.user)}
            suspension.unsuspend(account, at=timezone.now(), details=details)
        messages.success(request, _("Unsuspended."))


@admin.register(User)
class OperatorUserAdmin(UserAdmin):  # type: ignore[type-arg]
    """Who can sign in. Somebody who leaves is made inactive, not deleted."""

    form = OperatorUserForm
    add_form = OperatorUserCreationForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name")
    ordering = ("-id",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    paginator = CappedPaginator
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("Operators"),
            {
                "fields": (
                    "is_active",
                    "is_staff",
                    "is_superuser",
                    "groups",
                    "user_permissions",
                )
            },
        ),
        (_("Dates"), {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "email",
                    "name",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Only who may do everything gives rights, else one could give them to oneself.
        rights = ("is_staff", "is_superuser", "groups", "user_permissions")
        mine = () if request.user.is_superuser else rights
        return (*self.readonly_fields, *mine)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EmailAddress)
class EmailAddressAdmin(OperatorAdmin):
    """The addresses that people sign in with."""

    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    finders = (Finder("email__iexact", r"\S+@\S+"),)


@admin.register(Authenticator)
class AuthenticatorAdmin(OperatorAdmin):
    """Second factors. Deleting one lets in somebody who has lost their phone."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    secrets = ("data",)
    finders = (BY_EMAIL,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Membership)
class MembershipAdmin(OperatorAdmin):
    """Users in accounts; roles are given by the account's own owners."""

    list_display = ("user", "account", "role", "time_zone", "deactivated_at")
    list_filter = ("role", ("deactivated_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "account")
    finders = (BY_PUBLIC_ID, BY_EMAIL, BY_SUBDOMAIN)
    search_help_text = _("Id, e-mail address or subdomain")
    related = (
        Related(
            _("Contact methods"), "accounts_contactmethod", "membership__id__exact"
        ),
        Related(
            _("Notification rules"),
            "accounts_notificationrule",
            "membership__id__exact",
        ),
        Related(_("Notifications"), "incidents_notification", "membership__id__exact"),
    )


@admin.register(Team)
class TeamAdmin(OperatorAdmin):
    """Teams."""

    list_display = ("name", "account", "created_at")
    list_select_related = ("account",)
    search_fields = ("name", "public_id", "account__subdomain")
    related = (Related(_("Members"), "accounts_teammembership", "team__id__exact"),)


@admin.register(TeamMembership)
class TeamMembershipAdmin(OperatorAdmin):
    """Who is in which team."""

    list_display = ("team", "membership", "account")
    list_select_related = ("team", "membership__user", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Priority)
class PriorityAdmin(OperatorAdmin):
    """P1 to P5 of each account."""

    list_display = ("name", "description", "position", "account")
    list_select_related = ("account",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(QuotaUse)
class QuotaUseAdmin(OperatorAdmin):
    """Codes and tests that count against quotas."""

    list_display = ("at", "purpose", "country", "account_number")
    list_filter = ("purpose", "country")
    secrets = ("address_digest",)


@admin.register(ContactMethod)
class ContactMethodAdmin(OperatorAdmin):
    """Addresses of people, and whether pages reach them."""

    list_display = (
        "membership",
        "kind",
        "masked",
        "account",
        "verified_at",
        "added_by_other",
        "disabled_at",
        "last_delivery_at",
    )
    list_filter = (
        "kind",
        "added_by_other",
        ("disabled_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("membership__user", "account")
    finders = (
        BY_PUBLIC_ID,
        Finder("address", r"\+\d+|\S+@\S+"),
        BY_SUBDOMAIN,
    )
    search_help_text = _("Id, whole address or subdomain")
    related = (
        Related(
            _("Notifications"), "incidents_notification", "contact_method__id__exact"
        ),
    )


@admin.register(PushSubscription)
class PushSubscriptionAdmin(OperatorAdmin):
    """Browsers that take pushes; what is needed to push to them is not shown."""

    list_display = ("browser", "contact_method", "account", "created_at")
    list_select_related = ("contact_method", "account")
    secrets = ("endpoint", "p256dh", "auth")
    finders = (BY_SUBDOMAIN,)


@admin.register(Verification)
class VerificationAdmin(OperatorAdmin):
    """Codes that were sent; the codes themselves are kept nowhere."""

    list_display = (
        "contact_method",
        "account",
        "created_at",
        "expires_at",
        "attempts_left",
        "used_at",
    )
    list_select_related = ("contact_method", "account")
    secrets = ("code_digest",)
    finders = (BY_SUBDOMAIN,)


@admin.register(NotificationRule)
class NotificationRuleAdmin(OperatorAdmin):
    """When and how people want to be told."""

    list_display = (
        "membership",
        "urgency",
        "delay_minutes",
        "contact_method",
        "account",
    )
    list_filter = ("urgency",)
    list_select_related = ("membership__user", "contact_method", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(HandOffRule)
class HandOffRuleAdmin(OperatorAdmin):
    """When people are told that a shift starts or ends."""

    list_display = (
        "membership",
        "when",
        "minutes_ahead",
        "contact_method",
        "account",
    )
    list_filter = ("when",)
    list_select_related = ("membership__user", "contact_method", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(Invitation)
class InvitationAdmin(OperatorAdmin):
    """Who was invited, and what became of it."""

    list_display = (
        "email",
        "account",
        "role",
        "created_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    list_filter = ("role",)
    list_select_related = ("account",)
    secrets = ("token_digest",)
    finders = (BY_PUBLIC_ID, Finder("email__iexact", r"\S+@\S+"), BY_SUBDOMAIN)


@admin.register(ApiKey)
class ApiKeyAdmin(OperatorAdmin):
    """Keys of the REST API, of which we know a digest alone."""

    list_display = (
        "name",
        "prefix",
        "account",
        "membership",
        "is_read_only",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("is_read_only", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "membership__user")
    secrets = ("digest",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(AuditEntry)
class AuditEntryAdmin(OperatorAdmin):
    """Who changed what."""

    list_display = ("at", "account", "membership", "via", "action", "subject")
    list_filter = ("via",)
    list_select_related = ("account", "membership__user")
    finders = (BY_SUBDOMAIN,)
    search_help_text = _("Subdomain")


@admin.register(StatusUpdateRule)
class StatusUpdateRuleAdmin(OperatorAdmin):
    """By which contact methods people are told of status updates."""

    list_display = ("membership", "contact_method", "account", "created_at")
    list_select_related = ("membership__user", "contact_method", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
