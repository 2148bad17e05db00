"""What operators' lists and pages have in common: cheap, careful, without secrets."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor

# Nobody leafs further, and counting further is slow.
MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Any]):
    """Counts no further than a person would leaf."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list[:MOST_COUNTED]  # type: ignore[assignment]
        return rows.count()


@dataclass(frozen=True, slots=True)
class Finder:
    """How one word of a search finds rows: by a lookup, if it looks like this."""

    lookup: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Related:
    """A list that a row leads to: of a model, such as ``incidents_alert``."""

    label: str | Promise
    model: str
    lookup: str


BY_PUBLIC_ID = Finder("public_id", r"[PQ][A-Z0-9]{6,13}")
BY_SUBDOMAIN = Finder("account__subdomain", r"[a-z0-9-]{1,63}")


class OperatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows every field but secrets; nothing changes except what `editable` names.

    Rows are made and ended by the product's verbs, so there is no add and no delete.
    """

    # Columns that are never shown, searched or filtered by.
    secrets: ClassVar[tuple[str, ...]] = ()
    editable: ClassVar[tuple[str, ...]] = ()
    # Read-only things of this class to show besides the columns.
    shown: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[Related, ...]] = ()
    # Each word of a search finds by the first of these that it looks like.
    finders: ClassVar[tuple[Finder, ...]] = ()

    ordering = ("-id",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    paginator = CappedPaginator

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        columns = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key and field.name not in self.secrets
        ]
        self._fields = [
            pretty(field) if isinstance(field, models.JSONField) else field.name
            for field in columns
            if field.name not in self.editable
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        links = ["lists"] if self.related and obj is not None else []
        return [*self.editable, *self._fields, *self.shown, *links]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = self.get_fields(request, obj)
        return [name for name in fields if name not in self.editable]

    def get_search_fields(self, request: HttpRequest) -> Any:
        return [finder.lookup for finder in self.finders] or self.search_fields

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        if not self.finders:
            return super().get_search_results(request, queryset, search_term)
        for word in search_term.split():
            queryset = self._find(queryset, word)
        return queryset, False

    def _find(self, queryset: Any, word: str) -> Any:
        for finder in self.finders:
            if re.fullmatch(finder.pattern, word):
                return queryset.filter(**{finder.lookup: word})
        return queryset.none()

    def lookup_allowed(
        self, lookup: str, value: Any, request: HttpRequest | None = None
    ) -> bool:
        # Else a filter of an address would guess a secret letter by letter.
        if lookup.split("__")[0] in self.secrets:
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable) and super().has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Else nobody could see what nobody may change.
        may_change = super().has_change_permission(request, obj)
        return may_change or super().has_view_permission(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self.record(request, f"added {self.opts.verbose_name}", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self.record(request, f"changed {self.opts.verbose_name}", obj, message)
        return super().log_change(request, obj, message)

    def record(
        self, request: HttpRequest, action: str, row: Any, message: Any = ()
    ) -> None:
        """Keep an audit entry in the account that the row belongs to, if in any."""
        if isinstance(row, Account) or getattr(row, "account", None):
            details = {"operator": str(request.user), "fields": _changed(message)}
            audit.record(
                Actor("operator"), action, row, at=timezone.now(), details=details
            )

    @admin.display(description=_("See also"))
    def lists(self, row: models.Model) -> SafeString:
        """Link to the lists of what belongs to the row."""
        return format_html_join(
            " · ",
            '<a href="{}?{}={}">{}</a>',
            (self._link(row, r) for r in self.related),
        )

    def _link(self, row: models.Model, related: Related) -> tuple[Any, ...]:
        address = reverse(f"admin:{related.model}_changelist")
        return address, related.lookup, row.pk, related.label


def pretty(
    field: "models.JSONField[Any, Any]",
) -> Callable[[models.Model], SafeString]:
    """Show a JSON column with its structure, as it was stored."""

    @admin.display(description=field.verbose_name)
    def shown(row: models.Model) -> SafeString:
        value = getattr(row, field.attname)
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        return format_html('<pre class="payload">{}</pre>', text)

    return shown


def confirm(
    request: HttpRequest,
    model_admin: admin.ModelAdmin[Any],
    rows: Sequence[models.Model],
    **parts: Any,
) -> HttpResponse:
    """Ask before an action: `title`, `lines`, `button`, and perhaps a `form`."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "rows": rows,
        "action": request.POST.get("action", ""),
        **parts,
    }
    return render(request, "admin/confirm_action.html", context)


def _changed(message: Any) -> list[str]:
    """Read the names of changed fields out of the admin's own message."""
    parts = message if isinstance(message, list) else []
    return [
        str(name)
        for part in parts
        for change in part.values()
        for name in change.get("fields", [])
    ]
