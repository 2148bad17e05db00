"""Rounds that are made now and then, each by one of all who could."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents.models import Errand


@transaction.atomic
def claim(name: str, *, every: timedelta, at: datetime) -> Errand | None:
    """Take a round that is due; None when it is not, or somebody else has it."""
    rows = Errand.objects.select_for_update(skip_locked=True)
    errand = rows.filter(name=name, due_at__lte=at).first()
    if errand is None:
        if not Errand.objects.filter(name=name).exists():
            Errand.objects.get_or_create(name=name, defaults={"due_at": at})
        return None
    errand.due_at = at + every
    errand.save(update_fields=["due_at"])
    return errand
