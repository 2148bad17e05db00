"""Where in a tool's payloads each field is, tried on the last one that came."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AccountRequest, member
from incidents import catalogue, payloads, tools
from incidents.forms.service import MappingForm
from incidents.models import Payload
from integrations.inbound import registry, values
from integrations.inbound.event import Invalid


@require_http_methods(["GET", "POST"])
@member("configure")
def mapping(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask for the mapping and show what it makes of the last payload, or keep it."""
    integration = get_object_or_404(
        request.account.integrations.select_related("service"), public_id=public_id
    )
    request.actor.require("configure", of=integration.service)
    if not tools.of(integration.kind).is_mapped:
        return redirect("integration", public_id)
    posted = request.POST if request.method == "POST" else None
    form = MappingForm(posted, initial=integration.mapping or {})
    is_preview = bool(posted) and request.POST.get("do") == "preview"
    if form.is_valid() and not is_preview:
        catalogue.map_integration(
            integration, actor=request.actor, at=timezone.now(), mapping=form.mapping
        )
        messages.success(request, _("Saved the mapping."))
        return redirect("integration", public_id)
    fields = form.mapping if form.is_bound and form.is_valid() else integration.mapping
    last = payloads.last(integration)
    parts = {"form": form, "integration": integration, "last": last}
    parts |= _preview(integration.kind, fields, last)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "integrations/mapping.html", parts, status=status)


def _preview(kind: str, fields: Any, last: Payload | None) -> dict[str, Any]:
    """Say what would be made of the last payload."""
    read = registry.find(kind, fields)
    if last is None or read is None:
        return {}
    shown = {"payload": values.indented(last.body)}
    try:
        return {**shown, "events": read(last.body)}
    except Invalid as odd:
        return {**shown, "errors": odd.errors}
