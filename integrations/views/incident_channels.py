"""A channel of Slack for one incident, and when an extension opens one by itself."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AccountRequest, member
from integrations.extensions import rights
from integrations.forms.incident_channels import OptionForm
from integrations.models import Extension, SlackWorkspace
from integrations.slack.access import picking
from integrations.slack.channels import incident_channels
from integrations.slack.channels.incident_channels import Option, Refused


@require_POST
@member("respond")
def channel_create(request: AccountRequest, number: int) -> HttpResponse:
    """Have a channel made for the incident; a second press finds the first one's."""
    incident = get_object_or_404(request.account.incidents, number=number)
    try:
        incident_channels.ask(
            incident,
            workspace=_workspace(request),
            actor=request.actor,
            at=timezone.now(),
            option=Option(
                is_private="private" in request.POST,
                archives="archives" in request.POST,
            ),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("The channel is being made. The people of the incident are invited.")
        messages.success(request, words)
    return redirect("incident", number)


@require_http_methods(["GET", "POST"])
@member("configure")
def channel_option(request: AccountRequest, public_id: str) -> HttpResponse:
    """Say for which incidents an extension opens a channel by itself."""
    found = _extension(request, public_id)
    posted = request.POST if request.method == "POST" else None
    form = OptionForm(posted, account=request.account, option=Option.of(found))
    if form.is_valid():
        incident_channels.choose(
            found, form.option(), actor=request.actor, at=timezone.now()
        )
        messages.success(request, _("The choice is saved."))
        return redirect("extension", public_id)
    return render(
        request,
        "integrations/slack/channel_option.html",
        {"form": form, "extension": found},
        status=422 if posted else 200,
    )


def _workspace(request: AccountRequest) -> SlackWorkspace:
    """Choose the workspace that is named, or the only one. Raises Refused."""
    found = incident_channels.workspaces(request.account)
    named = request.POST.get("workspace", "")
    chosen = [each for each in found if each.public_id == named or len(found) == 1]
    if not chosen:
        raise Refused(_("Choose a workspace of Slack that is connected."))
    return chosen[0]


def _extension(request: AccountRequest, public_id: str) -> Extension:
    rows = rights.visible(request.account.extensions.all(), request.actor)
    found = get_object_or_404(rows, public_id=public_id)
    if found.schema != picking.KIND:
        raise Http404
    return found
