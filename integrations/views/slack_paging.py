"""One's own page's part about Slack: be paged there too."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import contact_methods
from accounts.onboarding import Refused
from accounts.requests import AccountRequest, member
from integrations.models import ChatUser
from integrations.slack.direct_messages import paging


@require_POST
@member()
def page_me(request: AccountRequest) -> HttpResponse:
    """Add direct messages to one's contact methods, and send a test."""
    user, at = _mine(request), timezone.now()
    try:
        method = paging.add(user, actor=request.actor, at=at)
        contact_methods.test(method, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("Slack is one of your contact methods now. A test is on its way.")
        messages.success(request, words)
    back = redirect("profile")
    back["Location"] += "#contact-methods"
    return back


def _mine(request: AccountRequest) -> ChatUser:
    """Find the link that is meant among one's own. Raises Http404."""
    wanted = request.POST.get("user", "")
    for user in request.membership.chat_users.all():
        if paging.address_of(user) == wanted:
            return user
    raise Http404
