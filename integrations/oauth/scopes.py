"""What tokens may be good for: the names of scopes, in words, and who gets which."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from integrations.models import App

# Says who the person is; every token has it.
OPENID = "openid"
CLASSIC = {
    "read": _("See everything that your role may see"),
    "write": _("Do everything that your role may do"),
}
_READ = {
    "abilities": _("See what the account is able to do"),
    "audit_records": _("See who changed what in the account"),
    "change_events": _("See changes, such as deployments"),
    "escalation_policies": _("See escalation policies"),
    "extension_schemas": _("See which kinds of extensions there are"),
    "extensions": _("See extensions of services"),
    "incidents": _("See incidents with their alerts, notes and timelines"),
    "oauth_delegations": _("See which apps people let act for them"),
    "oncalls": _("See who is on call"),
    "priorities": _("See priorities"),
    "schedules": _("See schedules, shifts and overrides"),
    "services": _("See services, integrations and maintenance windows"),
    "subscribers": _("See who is kept informed of incidents"),
    "tags": _("See tags"),
    "teams": _("See teams and their members"),
    "users": _("See people with their names, e-mail addresses and roles"),
    "users:contact_methods": _("See people's phone numbers and notification rules"),
    "users:notifications": _("See which notifications people got"),
    "users:sessions": _("See people's sessions"),
    "vendors": _("See which tools can be connected"),
    "webhook_subscriptions": _("See webhook subscriptions"),
}
_WRITE = {
    "change_events": _("Edit changes, such as deployments"),
    "escalation_policies": _("Create, edit and delete escalation policies"),
    "extensions": _("Create, edit and delete extensions of services"),
    "incidents": _("Open, acknowledge, resolve and edit incidents, and page people"),
    "oauth_delegations": _("End what people let apps do for them"),
    "schedules": _("Create, edit and delete schedules and overrides"),
    "services": _(
        "Create, edit and delete services, integrations and maintenance windows"
    ),
    "subscribers": _("Change who is kept informed of incidents"),
    "tags": _("Create, assign and delete tags"),
    "teams": _("Create, edit and delete teams, and change their members"),
    "users": _("Invite, edit and remove people"),
    "users:contact_methods": _("Change people's phone numbers and notification rules"),
    "users:sessions": _("End people's sessions"),
    "webhook_subscriptions": _("Create, edit and delete webhook subscriptions"),
}
SCOPED = {
    **{f"{name}.read": words for name, words in _READ.items()},
    **{f"{name}.write": words for name, words in _WRITE.items()},
}
ALL = {OPENID: _("Know who you are: your name and e-mail address"), **CLASSIC, **SCOPED}


def allowed(app: App) -> set[str]:
    """Return what the app may ask for at all, besides `openid`."""
    if app.kind == App.Kind.CLASSIC:
        return set(CLASSIC)
    if app.kind == App.Kind.SCOPED:
        return set(app.scopes.split()) & set(SCOPED)
    return set()


def granted(wanted: Iterable[str], among: Iterable[str]) -> list[str]:
    """Keep what may be had; anything else falls away without an error."""
    possible = set(among)
    return [OPENID, *dict.fromkeys(name for name in wanted if name in possible)]


def writes(name: str) -> bool:
    """Say whether the scope lets an app change something."""
    return name.endswith("write")


def in_words(names: Iterable[str]) -> list[str]:
    """Say what these scopes allow, for a person who is asked."""
    chosen = set(names)
    return [str(words) for name, words in ALL.items() if name in chosen]
