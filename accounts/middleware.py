"""Opens a request's scope, and keeps nothing of a failed one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import tenancy
from accounts.models import Membership
from accounts.permissions import Actor

SESSION_KEY = "account"


class ScopeMiddleware:
    """Puts a signed-in request into one account: its `account` and `membership`.

    The whole view runs in the scope's transaction; an answer of 500 or an
    exception undoes it. A request without an account runs outside of any scope.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _needs_scope(request):
            return self.get_response(request)
        with tenancy.all_accounts():
            membership = _membership(request)
            if membership is not None:
                _enter(request, membership)
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                return response
        return self.get_response(request)


@contextmanager
def scoped(request: HttpRequest) -> Iterator[None]:
    """Put a request into its account for a part of a view, as the middleware does.

    For a view that asks somebody's server in between, and must hold no transaction
    meanwhile. Raises PermissionDenied for who is no member any more.
    """
    with tenancy.all_accounts():
        membership = _membership(request)
        if membership is None:
            raise PermissionDenied
        _enter(request, membership)
        yield


def _needs_scope(request: HttpRequest) -> bool:
    # An invitation, a page or an app that asks to act for somebody leads into any
    # account: its view opens its own scope. So does one that asks a chat.
    elsewhere = (
        *("/static/", "/admin/", "/join/", "/r/", "/oauth/"),
        *("/settings/extensions/new/", "/settings/extensions/reconnect/"),
        "/settings/slack/on-call/new/",
        "/slack/oauth/",
        "/slack/link/callback",
    )
    path = request.path_info
    return not path.startswith(elsewhere) and request.user.is_authenticated


def _membership(request: HttpRequest) -> Membership | None:
    """Choose the account: by the host's subdomain, else by the session, else any."""
    mine = list(
        Membership.across_accounts.filter(
            user=request.user.pk, deactivated_at=None, account__suspended_at=None
        )
        .select_related("account", "user")
        .order_by("id")
    )
    request.my_accounts = [m.account for m in mine]  # type: ignore[attr-defined]
    wanted = request.session.get(SESSION_KEY)
    subdomain = request.get_host().partition(f".{settings.APP_DOMAIN}")[0]
    for membership in mine:
        if membership.account.subdomain == subdomain:
            return membership
    for membership in mine:
        if membership.account_id == wanted:
            return membership
    return mine[0] if mine else None


def _enter(request: HttpRequest, membership: Membership) -> None:
    tenancy.enter(membership.account)
    request.account = membership.account  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    request.actor = Actor("web", membership)  # type: ignore[attr-defined]
    timezone.activate(membership.time_zone)
