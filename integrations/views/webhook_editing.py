"""The form of a webhook: made, and changed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AccountRequest, member
from integrations.forms import webhooks as webhook_forms
from integrations.forms.webhooks import HeaderForm, Headers, WebhookForm
from integrations.models import WebhookSubscription
from integrations.views.webhooks import find, to_page_with
from integrations.webhooks import event_types, subscriptions

HeaderRows = forms.BaseFormSet[HeaderForm]


@require_http_methods(["GET", "POST"])
@member("configure")
def webhook_create(request: AccountRequest) -> HttpResponse:
    """Ask for a webhook, or make it; a service may be named in the address."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@member("configure")
def webhook_edit(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for changes of a webhook, or make them; an extension's is changed there."""
    found = find(request, public_id)
    if found.extension is not None:
        return redirect("webhook", public_id)
    return _edit(request, found)


def _edit(request: AccountRequest, found: WebhookSubscription | None) -> HttpResponse:
    do = request.POST.get("do", "save")
    if request.method == "POST" and do != "save":
        return _shown_again(request, found, do)
    posted = request.POST if request.method == "POST" else None
    kept = found.headers if found else []
    form = WebhookForm(
        posted,
        initial=_initial(request, found),
        account=request.account,
        actor=request.actor,
        subscription=found,
    )
    names = [{"name": each["name"]} for each in kept]
    headers = Headers(posted, initial=names, prefix="headers")
    if all([form.is_valid(), headers.is_valid()]):
        values = form.values
        values["headers"] = webhook_forms.headers(_cleaned(headers), kept)
        if response := _saved(request, form, found, values):
            return response
    return _form(request, form, headers, found, status=422 if posted else 200)


def _shown_again(
    request: AccountRequest, found: WebhookSubscription | None, do: str
) -> HttpResponse:
    """Tick types, or make room for headers; nothing is saved, and nothing lost."""
    known: dict[str, Any] = {
        "account": request.account,
        "actor": request.actor,
        "subscription": found,
    }
    blank = WebhookForm(**known)
    typed = webhook_forms.typed(blank, request.POST)
    verb, _slash, resource = do.partition("/")
    if verb in ("all", "none"):
        ofs = [n for n in event_types.OFFERED if n.startswith(f"{resource}.")]
        others = [name for name in typed["events"] if name not in ofs]
        typed["events"] = [*others, *ofs] if verb == "all" else others
    form = WebhookForm(initial=typed, **known)
    headers = _header_rows(request, more=do == "more")
    return _form(request, form, headers, found, status=200)


def _header_rows(request: AccountRequest, *, more: bool) -> HeaderRows:
    """Show what was typed of headers, and empty rows: as many as were, or more."""
    rows = Headers(request.POST, prefix="headers")
    typed = [webhook_forms.typed(row, request.POST) for row in rows.forms]
    filled = [row for row in typed if any(row.values())]
    made = Headers(initial=filled, prefix="headers")
    made.extra = len(typed) - len(filled) + (webhook_forms.EMPTY_ROWS if more else 0)
    return made


def _saved(
    request: AccountRequest,
    form: WebhookForm,
    found: WebhookSubscription | None,
    values: dict[str, Any],
) -> HttpResponse | None:
    """Create or change; a refusal stays on the form with what was typed."""
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    try:
        if found is not None:
            subscriptions.change(found, values=values, **by)
            messages.success(request, _("The webhook is saved."))
            return redirect("webhook", found.public_id)
        made, _secret = subscriptions.create(request.account, values=values, **by)
    except subscriptions.Refused as refusal:
        form.refuse(str(refusal), refusal.field)
        return None
    messages.success(request, _("The webhook is there. Send it a ping to try it."))
    return to_page_with(request, made, made.secrets.latest("id"))


def _form(
    request: HttpRequest,
    form: WebhookForm,
    headers: HeaderRows,
    found: WebhookSubscription | None,
    *,
    status: int,
) -> HttpResponse:
    parts = {"form": form, "headers": headers, "subscription": found}
    return render(request, "integrations/webhooks/form.html", parts, status=status)


def _cleaned(headers: HeaderRows) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in headers.forms]


def _initial(
    request: AccountRequest, found: WebhookSubscription | None
) -> dict[str, Any]:
    if found is not None:
        return webhook_forms.initial(found)
    service = request.GET.get("service", "")
    return {
        "scope": f"service:{service}" if service else "account",
        "events": [n for n in event_types.OFFERED if n.startswith("incident.")],
    }
