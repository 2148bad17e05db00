"""Settings of the account: its name, API keys, the audit log."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit, cursors, keys
from accounts.forms.settings import AccountSettingsForm, ApiKeyForm
from accounts.requests import AccountRequest, member


@member("administer")
def account(request: AccountRequest) -> HttpResponse:
    """Show and change what the account is called and where it is."""
    before = list(request.account.allowed_countries)
    form = AccountSettingsForm(request.POST or None, instance=request.account)
    if form.is_valid():
        form.save()
        details = {"fields": form.changed_data}
        if (after := request.account.allowed_countries) != before:
            details |= {"countries_before": before, "countries_after": after}
        audit.record(
            request.actor,
            "changed settings",
            request.account,
            at=timezone.now(),
            details=details,
        )
        messages.success(request, _("The settings are saved."))
        return redirect("settings")
    return render(request, "accounts/settings.html", {"form": form})


@member("administer")
def api_keys(request: AccountRequest) -> HttpResponse:
    """List the keys of the account and its people; a POST makes one."""
    form = ApiKeyForm(request.POST or None)
    secret = ""
    if form.is_valid():
        _key, secret = keys.create(
            request.account,
            form.cleaned_data["name"],
            None,
            form.cleaned_data["is_read_only"],
            timezone.now(),
            actor=request.actor,
        )
        form = ApiKeyForm()
    context = {
        "form": form,
        # Shown by this answer alone: it is kept nowhere.
        "secret": secret,
        "api_keys": request.account.api_keys.filter(revoked_at=None).select_related(
            "membership__user", "created_by__user"
        ),
    }
    return render(request, "accounts/api_keys.html", context)


@require_POST
@member()
def create_own_key(request: AccountRequest) -> HttpResponse:
    """Make a key that may do what oneself may; it is shown once."""
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/own_key.html", {"form": form})
    _key, secret = keys.create(
        request.account,
        form.cleaned_data["name"],
        request.membership,
        form.cleaned_data["is_read_only"],
        timezone.now(),
        actor=request.actor,
    )
    return render(request, "accounts/own_key.html", {"form": form, "secret": secret})


@require_POST
@member()
def revoke_key(request: AccountRequest, public_id: str) -> HttpResponse:
    """End a key: one's own, or as an admin any."""
    key = get_object_or_404(request.account.api_keys, public_id=public_id)
    keys.revoke(key, actor=request.actor, at=timezone.now())
    messages.success(request, _("The key %s does not work any more.") % key.name)
    if request.POST.get("from") == "settings" and request.actor.may("administer"):
        return redirect("api_keys")
    return redirect("profile")


@member("administer")
def audit_log(request: AccountRequest) -> HttpResponse:
    """List who changed what, the newest first."""
    text = request.GET.get("q", "").strip()
    entries = request.account.audit_entries.select_related("membership__user")
    if text:
        entries = entries.filter(
            Q(action__icontains=text)
            | Q(subject__icontains=text)
            | Q(membership__given_name="", membership__user__name__icontains=text)
            | Q(membership__given_name__icontains=text)
        )
    page, newer, older = cursors.page(entries, request.GET.get("cursor", ""))
    context = {"entries": page, "newer": newer, "older": older, "q": text}
    return render(request, "accounts/audit_log.html", context)
