"""What the lists of Slack's forms offer, each in one query."""

from django.db.models import Exists, OuterRef

from accounts.models import Account
from incidents.forms.verbs import responders
from incidents.models import Incident
from integrations.slack.layout.elements import MOST_CHOICES, Choice
from oncall.models import EscalationTarget

# One more than is shown says that there are more.
_MOST = MOST_CHOICES + 1


def people(account: Account, incident: Incident) -> list[Choice]:
    """List who may be given an incident, those of its service's policy first."""
    on_policy = EscalationTarget.across_accounts.filter(
        membership=OuterRef("pk"),
        rule__policy=incident.service.escalation_policy_id,
    )
    found = responders(account).annotate(is_named=Exists(on_policy))
    rows = found.order_by("-is_named", "user__name", "id")[:_MOST]
    return [Choice(row.public_id, row.name) for row in rows]


def policies(account: Account) -> list[Choice]:
    """List the escalation policies by name."""
    rows = account.escalation_policies.order_by("name", "id")
    found = rows.values_list("public_id", "name")[:_MOST]
    return [Choice(*row) for row in found]


def services(account: Account) -> list[Choice]:
    """List the services of which an incident can be opened, by name."""
    rows = account.services.filter(disabled_at=None).order_by("name", "id")
    return [Choice(*row) for row in rows.values_list("public_id", "name")[:_MOST]]


def priorities(account: Account) -> list[Choice]:
    """List the priorities, the highest first."""
    rows = account.priorities.order_by("position", "id")
    return [Choice(*row) for row in rows.values_list("public_id", "name")[:_MOST]]
