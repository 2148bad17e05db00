"""Links for calendars: made, shown once, revoked."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.requests import AccountRequest, member
from oncall import feeds
from oncall.models import Schedule
from oncall.refusals import NotAllowed


@never_cache
@require_POST
@member()
def create(request: AccountRequest) -> HttpResponse:
    """Make a link for a schedule, or without one for one's own shifts."""
    schedule = _schedule(request)
    try:
        _feed, secret = feeds.create(
            request.membership, schedule, actor=request.actor, at=timezone.now()
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return _back(schedule)
    link = f"{settings.SITE_URL}{reverse('calendar_feed', args=[secret])}"
    context = {
        "schedule": schedule,
        "link": link,
        # What makes a calendar program subscribe, rather than import once.
        "subscription": f"webcal://{link.partition('://')[2]}",
    }
    return render(request, "oncall/feed.html", context)


@require_POST
@member()
def revoke(request: AccountRequest, public_id: str) -> HttpResponse:
    """End a link of one's own."""
    feed = get_object_or_404(request.membership.calendar_feeds, public_id=public_id)
    feeds.revoke(feed, actor=request.actor, at=timezone.now())
    messages.success(request, _("The link %s… is revoked.") % feed.prefix)
    return _back(feed.schedule)


def _schedule(request: AccountRequest) -> Schedule | None:
    public_id = request.POST.get("schedule", "")
    if not public_id:
        return None
    return get_object_or_404(request.account.schedules, public_id=public_id)


def _back(schedule: Schedule | None) -> HttpResponse:
    answer = redirect("schedule", schedule.public_id) if schedule else None
    answer = answer or redirect("profile")
    answer["Location"] += "#calendar"
    return answer
