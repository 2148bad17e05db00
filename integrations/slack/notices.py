"""Tells an account's admins that a workspace of Slack is not connected any more."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from accounts.models.people import Role
from integrations.models import SlackWorkspace


def tell(workspace: SlackWorkspace, *, at: datetime) -> None:
    """Write to owners, admins and whoever connected it, once for all its channels."""
    account = workspace.account
    people = account.memberships.filter(
        Q(role__in=(Role.OWNER, Role.ADMIN)) | Q(pk=workspace.installed_by_id),
        deactivated_at=None,
        user__is_active=True,
    )
    for person in people.prefetch_related("contact_methods"):
        usable = [each for each in person.contact_methods.all() if each.may_be_paged]
        usable.sort(key=lambda method: (method.kind != "email", method.pk))
        for method in usable[:1]:
            channels.post(
                account,
                purpose="notice",
                at=at,
                contact_method=method,
                content=_content(workspace),
            )


def _content(workspace: SlackWorkspace) -> dict[str, object]:
    return {
        "subject": _("The Slack workspace %(name)s is not connected any more")
        % {"name": workspace.name[:100]},
        "lines": [
            workspace.removed_reason,
            _("Incidents are not shown in its channels. Paging goes on without it."),
            _("Connect it again, and what is open is shown there as it is then."),
        ],
        "link": f"{settings.SITE_URL}{reverse('slack_workspaces')}",
        "action": _("Connect it again"),
    }
