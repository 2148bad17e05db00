"""The operators' admin site: how the installation is, and every row of it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from redis import RedisError

from accounts import tenancy

logger = logging.getLogger(__name__)

OURS = {"oncall", "accounts", "incidents", "integrations"}


@dataclass(frozen=True, slots=True)
class Health:
    """A line of the health box; `is_good` is None where it only informs."""

    label: str | Promise
    value: str | Promise
    is_good: bool | None = None


_health: list[Callable[[], Iterable[Health]]] = []


def register_health(lines: Callable[[], Iterable[Health]]) -> None:
    """Add lines to the health box; they are asked for outside of any scope."""
    _health.append(lines)


class OperatorsSite(admin.AdminSite):
    """Django admin for those who run the installation; it sees every account."""

    site_header = "OnCall operators"
    site_title = "OnCall operators"
    index_title = "Operators"
    index_template = "admin/operators.html"
    # The lists have many columns and need the room.
    enable_nav_sidebar = False

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Take our own pages only: a package's might show the secrets of its rows."""
        if admin_class is not None and admin_class.__module__.split(".")[0] in OURS:
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(_across_accounts(view), cacheable)

    def get_app_list(self, request: HttpRequest, app_label: Any = None) -> Any:
        found = super().get_app_list(request, app_label)
        for app in found:
            # Its own name is that of our accounts.
            if app["app_label"] == "account":
                app["name"] = _("Signing in")
        return found

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the normal sign-in, so that the second factor counts here too."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or request.path)
        if self.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied(_("Only operators of this installation come in here."))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.method != "POST":
            return redirect("admin:index")
        logout(request)
        return redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show how the installation is, and what there is to look at."""
        lines = [line for ask in _health for line in _try(ask)]
        return super().index(request, {**(extra_context or {}), "health": lines})

    # What it asks opens scopes of its own, and scopes do not nest.
    index.opens_scopes = True  # type: ignore[attr-defined]


def _across_accounts(view: Any) -> Any:
    """Run a view in a scope of all accounts, and keep nothing of a failed one."""
    if getattr(view, "opens_scopes", False):
        return view

    @wraps(view)
    def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with tenancy.all_accounts():
            response: HttpResponse = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                # Lists are read while they are drawn, so it must happen in here.
                response.render()
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    return scoped


def _try(ask: Callable[[], Iterable[Health]]) -> list[Health]:
    """Ask for lines; a part that is down is a line, not an error."""
    try:
        return list(ask())
    except (DatabaseError, RedisError, OSError) as error:
        logger.warning("A line of the health box could not be read: %s", error)
        label = str(getattr(ask, "label", ask.__name__.strip("_").replace("_", " ")))
        return [Health(label.capitalize(), _("could not be read"), is_good=False)]
