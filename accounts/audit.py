"""Records who changed what in an account's configuration."""

from datetime import datetime
from typing import Any, Protocol

from accounts.models import Account, AuditEntry
from accounts.permissions import Actor


class Owned(Protocol):
    """A row of an account; of those that may be without one, one that has it."""

    account: Any


def record(
    actor: Actor,
    action: str,
    subject: Account | Owned,
    *,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Keep an entry, such as "created team", in this transaction.

    Details are for people to read later; never put a secret or a whole address in.
    """
    account = subject if isinstance(subject, Account) else subject.account
    return account.audit_entries.create(
        at=at,
        membership=actor.user,
        via=actor.via,
        action=action,
        subject_id=getattr(subject, "public_id", ""),
        subject=str(subject)[:200],
        details=details or {},
    )
