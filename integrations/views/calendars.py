"""The door for calendars: a secret link and no session, only to look."""

from hashlib import sha256

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
)
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from accounts import tenancy
from integrations import calendars
from oncall import feeds
from oncall.bare import bare

# A calendar that is opened often shall not ask each time, nor a proxy keep it.
CACHING = "private, max-age=300"


@bare
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a feed's shifts, or that nothing has changed; a link that ended is a 404.

    Nothing is changed but when the link was last read.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    at = timezone.now()
    with tenancy.all_accounts():
        feed = feeds.find(token)
    if feed is None:
        return HttpResponseNotFound("There is no calendar.\n", "text/plain")
    with tenancy.scope(feed.account):
        rendered = calendars.render(feed, at)
        if request.method == "GET":
            feeds.note_reading(feed, at)
    return _answer(request, rendered)


def _answer(request: HttpRequest, rendered: calendars.Rendered) -> HttpResponse:
    response = HttpResponse(rendered.body, "text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="oncall.ics"'
    response["Cache-Control"] = CACHING
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = f'"{sha256(rendered.body).hexdigest()[:32]}"'
    modified = int(rendered.changed_at.timestamp())
    response["Last-Modified"] = http_date(modified)
    answer = get_conditional_response(
        request, etag=response["ETag"], last_modified=modified, response=response
    )
    return answer or response
