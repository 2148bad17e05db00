"""Works on channels of incidents, and looks at what has been made."""

from incidents import engine
from integrations.models import IncidentChannel
from integrations.slack.channels import channel_work, incident_channels


def work(at=None) -> int:
    return channel_work.work_due(lambda: at or engine.now())


def fresh(channel: IncidentChannel) -> IncidentChannel:
    return IncidentChannel.across_accounts.get(pk=channel.pk)


def again(channel: IncidentChannel) -> None:
    """Let the incident's next change come."""
    incident_channels.follow(channel.account, [channel.incident_id], engine.now())


def made(fake):
    return [c for c in fake.team.channels.values() if c.name.startswith("inc-")]
