"""Vendors: the tools that send us events, to choose one for an integration."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from rest_framework.response import Response

from integrations.api import lists
from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView


@dataclass(frozen=True, slots=True)
class Vendor:
    """A tool, whose integrations are of its kind."""

    public_id: str
    kind: str
    name: str
    website: str
    description: str


# The ids are for ever: people's configuration holds them.
VENDORS = (
    Vendor(
        "PVGRAFANA",
        "grafana",
        "Grafana",
        "https://grafana.com",
        "Alerts of Grafana's own alerting.",
    ),
    Vendor(
        "PVICINGA",
        "icinga",
        "Icinga",
        "https://icinga.com",
        "Problems of hosts and services, by a notification command.",
    ),
    Vendor(
        "PVNAGIOS",
        "nagios",
        "Nagios",
        "https://www.nagios.org",
        "Problems of hosts and services, by a notification command.",
    ),
    Vendor(
        "PVPROMETHEUS",
        "prometheus",
        "Prometheus",
        "https://prometheus.io",
        "Alerts of Prometheus, by its Alertmanager.",
    ),
    Vendor(
        "PVUPTIMEKUMA",
        "uptimekuma",
        "Uptime Kuma",
        "https://uptime.kuma.pet",
        "Monitors that go down and come up again.",
    ),
    Vendor(
        "PVZABBIX",
        "zabbix",
        "Zabbix",
        "https://www.zabbix.com",
        "Problems that Zabbix finds, by a media type.",
    ),
)
BY_ID = {vendor.public_id: vendor for vendor in VENDORS}
BY_KIND = {vendor.kind: vendor for vendor in VENDORS}


def identity(request: ApiRequest, vendor: Vendor) -> dict[str, Any]:
    """Return the members with which a vendor begins."""
    return {
        "id": vendor.public_id,
        "type": "vendor",
        "summary": vendor.name,
        "self": address(request, f"vendors/{vendor.public_id}"),
        "html_url": None,
    }


def reference(request: ApiRequest, vendor: Vendor) -> dict[str, Any]:
    """Return a reference to a vendor."""
    return {**identity(request, vendor), "type": "vendor_reference"}


def represent(request: ApiRequest, vendor: Vendor) -> dict[str, Any]:
    """Show a vendor."""
    return {
        **identity(request, vendor),
        "name": vendor.name,
        "description": vendor.description,
        "website_url": vendor.website,
        "logo_url": None,
        "thumbnail_url": None,
        "integration_guide_url": None,
    }


class Vendors(ResourceView):
    """`/vendors`."""

    def get(self, request: ApiRequest) -> Response:
        """List vendors by name."""
        words = lists.query(request).lower()
        found = [vendor for vendor in VENDORS if words in vendor.name.lower()]
        return self.page("vendors", found, represent)


class OneVendor(ResourceView):
    """`/vendors/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a vendor."""
        if public_id not in BY_ID:
            raise Http404
        return Response({"vendor": represent(request, BY_ID[public_id])})
