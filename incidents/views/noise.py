"""Pages about noise: a service's settings, its rules, and the alerts it holds."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import AccountRequest, member
from incidents import catalogue
from incidents.forms.noise import (
    BLANKS,
    FIELDS_HINT,
    NoiseForm,
    RuleEditor,
    data_of,
    new_data,
)
from incidents.models import Service, SuppressionRule
from incidents.noise import fields, holding, rules, sentences
from incidents.queries import alerts as queries
from incidents.queries import detail
from incidents.views import alerts as alert_view
from oncall.forms import rows
from oncall.refusals import NotAllowed

CHANGES: Final = {
    "disable": (
        gettext_lazy("Disable rule %(name)s"),
        gettext_lazy("It suppresses nothing until it is enabled again."),
        rules.disable,
    ),
    "enable": (
        gettext_lazy("Enable rule %(name)s"),
        gettext_lazy("Alerts that it holds for open nothing and page nobody."),
        rules.enable,
    ),
    "delete": (
        gettext_lazy("Delete rule %(name)s"),
        gettext_lazy("Alerts that it has suppressed stay as they are."),
        rules.delete,
    ),
}


@require_http_methods(["GET", "POST"])
@member("configure")
def service_noise(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show what a service does against noise, or change it."""
    service = _own(request, public_id)
    posted = request.POST if request.method == "POST" else None
    form = NoiseForm(posted, instance=service)
    if form.is_valid():
        # The form has set its own instance; the verb compares with what is stored.
        stored = _own(request, public_id)
        at = timezone.now()
        catalogue.update_service(stored, actor=request.actor, at=at, **form.values)
        messages.success(request, _("Saved the noise settings of %s.") % stored.name)
        return redirect("service", public_id)
    parts = {
        "service": service,
        "form": form,
        "rules": service.suppression_rules.all(),
        "fields_hint": FIELDS_HINT,
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/noise.html", parts, status=status)


@require_http_methods(["GET", "POST"])
@member("configure")
def suppression_rule_create(request: AccountRequest, public_id: str) -> HttpResponse:
    """Add a suppression rule to a service."""
    return _edit(request, _own(request, public_id), None)


@require_http_methods(["GET", "POST"])
@member("configure")
def suppression_rule(
    request: AccountRequest, public_id: str, rule_id: str
) -> HttpResponse:
    """Change a suppression rule."""
    service = _own(request, public_id)
    return _edit(request, service, _rule(service, rule_id))


@require_http_methods(["GET", "POST"])
@member("configure")
def suppression_rule_change(
    request: AccountRequest, public_id: str, rule_id: str, change: str
) -> HttpResponse:
    """Ask whether to disable, enable or delete a rule, or do it."""
    service = _own(request, public_id)
    rule = _rule(service, rule_id)
    if change not in CHANGES:
        raise Http404
    title, warning, verb = CHANGES[change]
    words = str(title) % {"name": rule.name}
    if request.method == "POST":
        verb(rule, actor=request.actor, at=timezone.now())
        messages.success(request, _("Done: %(what)s.") % {"what": words})
        return redirect("service_noise", public_id)
    parts = {
        "service": service,
        "title": words,
        "warning": warning,
        "is_grave": change == "delete",
    }
    return render(request, "incidents/suppression_change.html", parts)


@require_GET
@member()
def service_alerts(request: AccountRequest, public_id: str) -> HttpResponse:
    """List the alerts of a service, held and suppressed ones too."""
    service = _service(request, public_id)
    kind = request.GET.get("held", "")
    kind = kind if kind in queries.KINDS else ""
    found = queries.of_service(service, kind)
    parts = {
        "service": service,
        "kind": kind,
        "page": queries.page(found, request.GET.get("cursor", "")),
        **held_parts(request, service),
    }
    return render(request, "incidents/noise_alerts.html", parts)


@require_POST
@member("respond")
def service_let_through(request: AccountRequest, public_id: str) -> HttpResponse:
    """Let the held alerts of a service open their incidents now."""
    service = _service(request, public_id)
    number = holding.let_through(service, actor=request.actor, at=timezone.now())
    text = ngettext(
        "Let %(number)d alert through.", "Let %(number)d alerts through.", number
    )
    messages.success(request, text % {"number": number})
    return redirect("service", public_id)


@require_GET
@member()
def incident_alerts(request: AccountRequest, number: int) -> HttpResponse:
    """List all alerts of an incident."""
    incident = detail.find(request.account, number)
    found = incident.account.alerts.filter(incident=incident)
    page = queries.page(found, request.GET.get("cursor", ""))
    parts = {
        "incident": incident,
        "alerts": [alert_view.show(alert) for alert in page.rows],
        "page": page,
    }
    return render(request, "incidents/noise_incident.html", parts)


def held_parts(request: AccountRequest, service: Service) -> dict[str, Any]:
    """Say what a service holds back and what is on, for its pages."""
    return {
        "held": queries.held(service),
        "noise_sentences": sentences.of(service),
        "may_respond": request.actor.may("respond", of=service),
        "may_configure": request.actor.may("configure", of=service),
    }


def _own(request: AccountRequest, public_id: str) -> Service:
    """Find a service whose noise settings the reader may change."""
    found = _service(request, public_id)
    request.actor.require("configure", of=found)
    return found


def _service(request: AccountRequest, public_id: str) -> Service:
    known = request.account.services.select_related("account", "escalation_policy")
    return get_object_or_404(known, public_id=public_id)


def _rule(service: Service, rule_id: str) -> SuppressionRule:
    known = service.suppression_rules.select_related("account", "service")
    return get_object_or_404(known, public_id=rule_id)


def _edit(
    request: AccountRequest, service: Service, rule: SuppressionRule | None
) -> HttpResponse:
    """Do what the button says: arrange the conditions, show what happens, or save."""
    if request.method != "POST":
        data = data_of(rule) if rule else new_data()
        return _show(request, service, rule, RuleEditor(data, quiet=True))
    command = request.POST.get("do", "save")
    if command not in ("save", "preview"):
        data, focus = rows.change(request.POST, command, BLANKS)
        editor = RuleEditor(data, quiet=True, focus=focus)
        return _show(request, service, rule, editor)
    editor = RuleEditor(request.POST)
    if not editor.is_valid():
        return _show(request, service, rule, editor, status=422)
    if command == "preview":
        would = rules.preview(service, editor.values["conditions"])
        return _show(request, service, rule, editor, preview=would)
    return _save(request, service, rule, editor)


def _save(
    request: AccountRequest,
    service: Service,
    rule: SuppressionRule | None,
    editor: RuleEditor,
) -> HttpResponse:
    by: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    try:
        if rule is None:
            saved = rules.create(service, **by, **editor.values)
        else:
            saved = rules.update(rule, **by, **editor.values)
    except NotAllowed as refusal:
        editor.form.add_error(None, str(refusal))
        return _show(request, service, rule, editor, status=422)
    messages.success(request, _("Saved rule %s.") % saved.name)
    return redirect("service_noise", service.public_id)


def _show(
    request: AccountRequest,
    service: Service,
    rule: SuppressionRule | None,
    editor: RuleEditor,
    *,
    preview: rules.Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    parts = {
        "service": service,
        "rule": rule,
        "editor": editor,
        "preview": preview,
        "fields": [*fields.PLAIN, fields.DETAILS],
        "fields_hint": FIELDS_HINT,
    }
    return render(request, "incidents/suppression_rule.html", parts, status=status)
