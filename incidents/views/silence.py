"""How long an integration's tool may be silent."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AccountRequest, member
from incidents import silence
from incidents.forms.heartbeats import SilenceForm
from incidents.queries.services import tools


@require_http_methods(["GET", "POST"])
@member("configure")
def integration_silence(request: AccountRequest, public_id: str) -> HttpResponse:
    """Ask after how much silence an incident opens, or note it."""
    rows = tools(request.account.integrations.select_related("service"))
    integration = get_object_or_404(rows, public_id=public_id)
    request.actor.require("configure", of=integration.service)
    posted = request.POST if request.method == "POST" else None
    form = SilenceForm(posted, initial={"quiet_after": integration.quiet_after})
    if form.is_valid():
        silence.allow(
            integration,
            form.cleaned_data["quiet_after"],
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, _("Saved %(name)s.") % {"name": integration.name})
        return redirect("service", integration.service.public_id)
    parts = {"form": form, "integration": integration}
    status = 422 if form.is_bound else 200
    return render(request, "incidents/integration_silence.html", parts, status=status)
