"""Extensions: where a service's news goes besides its people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from incidents.models import Service


class Extension(AccountModel):
    """A receiver of some services' incidents, of a kind that `schema` names.

    What delivers to it belongs to it: a webhook's rows are webhook subscriptions, one
    for each service.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="extensions")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    # A key of `integrations.extensions.schemas`.
    schema = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=100)
    endpoint_url = models.CharField(_("address"), max_length=1000, blank=True)
    # What the schema needs besides; never a secret.
    config = models.JSONField(default=dict, blank=True)
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class ExtendedService(AccountModel):
    """A service whose incidents an extension hears of."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="extended_services"
    )
    extension = TenantKey(Extension, models.CASCADE, related_name="extended_services")
    service = TenantKey(Service, models.CASCADE, related_name="extended_services")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "service"], name="extended_service_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension} of {self.service}"
