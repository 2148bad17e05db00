"""Accounts, people, and how to reach them."""

from accounts.models.access import ApiKey, AuditEntry, Invitation
from accounts.models.account import Account, AccountModel, Priority
from accounts.models.contact import (
    ContactMethod,
    NotificationRule,
    PushSubscription,
    Verification,
)
from accounts.models.handoff import HandOffRule
from accounts.models.people import Membership, Team, TeamMembership, User
from accounts.models.quota import QuotaUse
from accounts.models.status_updates import StatusUpdateRule

__all__ = [
    "Account",
    "AccountModel",
    "ApiKey",
    "AuditEntry",
    "ContactMethod",
    "HandOffRule",
    "Invitation",
    "Membership",
    "NotificationRule",
    "Priority",
    "PushSubscription",
    "QuotaUse",
    "StatusUpdateRule",
    "Team",
    "TeamMembership",
    "User",
    "Verification",
]
