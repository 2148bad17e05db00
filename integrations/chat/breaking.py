"""Tells those who can do something that nothing arrives in a room any more."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from accounts.models import Membership
from accounts.models.people import Role
from integrations.models import Extension, Room


def tell(room: Room, *, at: datetime) -> None:
    """Write to whoever made the room's extensions, the owners and the admins.

    Of a room that belongs to one incident, or to no extension, nobody is told: there
    is nothing to repair.
    """
    extensions = list(room.extensions.order_by("id"))
    if room.incident_id is not None or not extensions:
        return
    makers = [each.created_by_id for each in extensions]
    people = room.account.memberships.filter(
        Q(role__in=(Role.OWNER, Role.ADMIN)) | Q(pk__in=filter(None, makers)),
        deactivated_at=None,
        user__is_active=True,
    )
    content = _content(room, extensions[0])
    for person in people.prefetch_related("contact_methods"):
        _write(person, room, content, at=at)


def _write(
    person: Membership, room: Room, content: dict[str, object], *, at: datetime
) -> None:
    usable = [method for method in person.contact_methods.all() if method.may_be_paged]
    usable.sort(key=lambda method: (method.kind != "email", method.pk))
    for method in usable[:1]:
        channels.post(
            room.account,
            purpose="notice",
            at=at,
            contact_method=method,
            content=content,
        )


def _content(room: Room, extension: Extension) -> dict[str, object]:
    path = reverse("extension", args=[extension.public_id])
    return {
        "subject": _("Incidents do not arrive in %(room)s any more")
        % {"room": room.name[:100]},
        "lines": [
            room.last_error,
            _("This is the extension “%(name)s”. Paging goes on without it.")
            % {"name": extension.name},
            _("Reconnect it, and what is open is shown there as it is then."),
        ],
        "link": f"{settings.SITE_URL}{path}",
        "action": _("Look at it"),
    }
