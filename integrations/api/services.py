"""Services: what can break, and whose policy says who is paged."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.response import Response

from incidents import catalogue
from incidents.models import Service
from integrations.api import lists, policies, service_bodies, service_shape
from integrations.api.requests import ApiRequest
from integrations.api.service_bodies import ServiceBody
from integrations.api.views import ResourceView

POLICIES = "escalation_policies"
INCLUDES = {POLICIES, "teams", "integrations", "auto_pause_notifications_parameters"}


class ServiceView(ResourceView):
    """What the views of services have in common."""

    def services(self) -> QuerySet[Service]:
        """Return the account's services with what is shown of them."""
        rows = service_shape.full(self.account.services.all())
        if self._has_policies():
            found = policies.full(self.account.escalation_policies.all())
            rows = rows.select_related(None).select_related("team")
            return rows.prefetch_related(Prefetch("escalation_policy", found))
        return rows

    def shown(self, services: list[Service]) -> list[dict[str, Any]]:
        """Show services, their policies in full if `include[]` names them."""
        shapes = service_shape.shown(self.request, services, self.at)
        if self._has_policies():
            for shape, service in zip(shapes, services, strict=True):
                policy = policies.represent(self.request, service.escalation_policy)
                shape["escalation_policy"] = policy
        return shapes

    def one(self, service: Service, status: int = 200) -> Response:
        """Answer with one service, as the database has it now."""
        [found] = self.shown([self.services().get(pk=service.pk)])
        return Response({"service": found}, status=status)

    def switched(self, service: Service, sent: dict[str, Any]) -> Service:
        """Disable or enable it, if that was said; other statuses follow from work."""
        match sent.get("status"):
            case "disabled":
                return catalogue.disable_service(service, actor=self.actor, at=self.at)
            case "active":
                return catalogue.enable_service(service, actor=self.actor, at=self.at)
        return service

    def _has_policies(self) -> bool:
        return POLICIES in lists.values(self.request, "include")


class Services(ServiceView):
    """`/services`."""

    def get(self, request: ApiRequest) -> Response:
        """List services by name."""
        lists.includes(request, INCLUDES)
        rows = self.services()
        if words := lists.query(request):
            rows = rows.filter(name__icontains=words)
        if name := request.query_params.get("name"):
            rows = rows.filter(name=name)
        if teams := lists.values(request, "team_ids"):
            rows = rows.filter(team__public_id__in=teams)
        return self.pages(
            "services", lists.ordered(request, rows, {"name": "name"}), self.shown
        )

    def post(self, request: ApiRequest) -> Response:
        """Make a service; it belongs to its policy's team unless it names one."""
        sent = {**service_bodies.USUAL, **self.read(ServiceBody, "service")}
        values = service_bodies.values(sent, Service(account=self.account))
        values.setdefault("team", values["escalation_policy"].team)
        service = catalogue.create_service(
            self.account, actor=self.actor, at=self.at, **values
        )
        return self.one(self.switched(service, sent), status=201)


class OneService(ServiceView):
    """`/services/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a service."""
        lists.includes(request, INCLUDES)
        return self.one(self.find(self.account.services.all(), public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present."""
        service = self.find(self.account.services.all(), public_id)
        sent = self.read(ServiceBody, "service", partial=True)
        values = service_bodies.values(sent, service)
        service = catalogue.update_service(
            service, actor=self.actor, at=self.at, **values
        )
        return self.one(self.switched(service, sent))

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a service to which nothing ever happened."""
        service = self.find(self.account.services.all(), public_id)
        catalogue.delete_service(service, actor=self.actor, at=self.at)
        return Response(status=204)
