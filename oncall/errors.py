"""Error pages: what happened in words, a reference number and a way back."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
# Without the letters and digits that people mix up on the phone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403; this will print the refusal's own words, which are fit to read."""
    return page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is too old or missing."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, in the same words for what never was and what is another's."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; this will touch neither the database nor the session."""
    reference = _reference()
    logger.error("Answered 500, reference %s", reference)
    html = render_to_string("500.html", {"reference": reference})
    return HttpResponse(html, status=500)


def page(request: HttpRequest, status: int, explanation: str = "") -> HttpResponse:
    """Answer with the page of a status, also 409 and 429, and log its reference."""
    reference = _reference()
    logger.warning("Answered %s, reference %s", status, reference)
    context = {"reference": reference, "explanation": explanation}
    html = render_to_string(f"{status}.html", context, request=request)
    return HttpResponse(html, status=status)


def _reference() -> str:
    """Make a number that a person can read out."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
