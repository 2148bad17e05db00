"""Notifications: what was sent to people in a period."""

from datetime import timedelta
from typing import Any

from rest_framework.response import Response

from incidents.models import Notification
from incidents.models.notification import LEFT_AT
from integrations.api import errors, lists, references, times, users
from integrations.api.log_entry_rendering import KINDS, destination
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

LONGEST_RANGE = timedelta(days=93)
TYPES = {f"{name}_notification": kind for kind, name in KINDS.items()}
Status = Notification.Status
# What has left; what waits, or was not needed, is no notification yet.
LEFT = {
    Status.SENT: "in_progress",
    Status.DELIVERED: "success",
    Status.ANSWERED: "success",
    Status.FAILED: "failed",
}


class Notifications(ResourceView):
    """`/notifications`."""

    def get(self, request: ApiRequest) -> Response:
        """List what was sent in the period, the newest first."""
        lists.includes(request, {"users"})
        since, until = _moment(request, "since"), _moment(request, "until")
        if not since < until <= since + LONGEST_RANGE:
            sentence = "until must be after since, by less than three months."
            raise errors.ApiError(400, 2004, "Invalid Date Range", sentence)
        kind = lists.choice(request, "filter", {*TYPES, ""}, "")
        rows = self.account.notifications.alias(left_at=LEFT_AT).filter(
            left_at__gte=since,
            left_at__lt=until,
            kind__in=[TYPES[kind]] if kind else KINDS,
            status__in=LEFT,
            membership__isnull=False,
        )
        rows = rows.select_related("membership__user", "contact_method")
        return self.pages(
            "notifications", rows.order_by(LEFT_AT.desc(), "-id"), self.shown
        )

    def shown(self, rows: list[Notification]) -> list[dict[str, Any]]:
        """Show notifications, their users in full where that is asked for."""
        found = [represent(self.request, row) for row in rows]
        if "users" in lists.values(self.request, "include"):
            ids = {row.membership_id for row in rows if row.membership_id}
            members = users.full(self.account.memberships.filter(pk__in=ids))
            full = {m.pk: users.represent(self.request, m) for m in members}
            for row, one in zip(rows, found, strict=True):
                one["user"] = full[row.membership_id or 0]
        return found


def represent(request: ApiRequest, row: Notification) -> dict[str, Any]:
    """Show one notification."""
    return {
        "id": row.public_id,
        "type": f"{KINDS[row.kind]}_notification",
        "started_at": times.spelled(request, row.sent_at or row.failed_at),
        "address": destination(row),
        "user": references.maybe(request, row.membership),
        "status": LEFT[Status(row.status)],
        "conferenceAddress": None,
    }


def _moment(request: ApiRequest, name: str) -> Any:
    found = lists.moment(request, name)
    if found is None:
        sentence = f"{name} is required."
        raise errors.ApiError(400, 2003, "Missing Arguments", sentence)
    return found
