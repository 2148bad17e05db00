"""Pages on which a member links their Slack account to themselves."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import scoped
from accounts.requests import AccountRequest, member, member_in_parts
from integrations.chat.rooms import Failure
from integrations.slack.api import tokens
from integrations.slack.people import linking, signing_in
from integrations.slack.people.signing_in import Refused


@require_http_methods(["GET", "POST"])
@member()
def slack_link(request: AccountRequest) -> HttpResponse:
    """Say what linking means, or send the browser to Slack to sign in there."""
    rows = request.account.slack_workspaces.filter(removed_at=None)
    if request.method != "POST":
        context = {
            "workspaces": list(rows) if settings.SLACK_CLIENT_ID else [],
            "linked": [
                user
                for user in linking.linked(request.membership)
                if user.place.startswith("slack ")
            ],
        }
        return render(request, "integrations/slack/link.html", context)
    workspace = get_object_or_404(rows, public_id=request.POST.get("workspace", ""))
    return HttpResponseRedirect(
        signing_in.begin(
            request.session, request.membership, workspace, at=timezone.now()
        )
    )


@require_GET
@never_cache
@member_in_parts("view")
def slack_link_callback(request: AccountRequest) -> HttpResponse:
    """`GET /slack/link/callback`: whoever signed in at Slack comes back from there.

    Slack is asked in between, so the view opens its scope itself.
    """
    at = timezone.now()
    try:
        begun = signing_in.take(request.session, request.GET, at=at)
        shown = tokens.sign_in(
            request.GET["code"], signing_in.redirect_uri(), begun.nonce
        )
        with scoped(request):
            if request.membership.pk != begun.membership_id:
                raise Refused(
                    _("You began this as somebody else, or in another account.")
                )
            user = signing_in.finish(request.membership, shown, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("slack_link")
    except Failure as failure:
        words = _("Slack did not say who you are: %(why)s") % {"why": failure}
        messages.error(request, words)
        return redirect("slack_link")
    messages.success(
        request, _("You are linked to %(user)s in Slack.") % {"user": user}
    )
    return redirect("profile")
