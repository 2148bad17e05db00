"""What every view of the API has in common."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Manager, Model, QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Ability
from integrations.api import bodies, errors, pages
from integrations.api.requests import ApiRequest

M = TypeVar("M", bound=Model)


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON, whichever version or format the caller accepts."""

    def select_parser(self, request: Any, parsers: Iterable[Any]) -> Any:
        """Take the only one."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Any, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Take the only one."""
        return next(iter(renderers)), "application/json"


class ResourceView(APIView):
    """A view of one resource; the caller is known, and their account is open.

    It finds rows through `self.account`, calls verbs with `self.actor` and `self.at`,
    and lets their refusals rise: each becomes the error that it is.
    """

    # The door has done this already.
    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    parser_classes = [bodies.AnyJSON]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    # The verbs ask for more; nothing is shown to less.
    asks_for: Ability = "view"

    request: ApiRequest

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Take over what the door found out."""
        super().initial(request, *args, **kwargs)
        self.account = self.request.account
        self.actor = self.request.actor
        self.at: datetime = timezone.now()
        self.actor.require(self.asks_for)

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:
        """Say every failure in the API's shape."""
        return errors.handle

    def find(self, rows: QuerySet[M] | Manager[M], public_id: str) -> M:
        """Find a row by its public id; raises Http404."""
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def read(
        self,
        serializer: type[serializers.BaseSerializer[Any]],
        name: str,
        *,
        partial: bool = False,
    ) -> dict[str, Any]:
        """Read the resource under the root key; this will check it, or raise.

        A partial one holds only the members that were sent.
        """
        made = serializer(
            data=bodies.unwrapped(self.request, name),
            partial=partial,
            context={"request": self.request},
        )
        made.is_valid(raise_exception=True)
        return dict(made.validated_data)

    def page(
        self,
        name: str,
        rows: pages.Rows,
        represent: Callable[[ApiRequest, Any], dict[str, Any]],
    ) -> Response:
        """Answer one page of the rows under the plural name."""
        return self.pages(
            name, rows, lambda found: [represent(self.request, row) for row in found]
        )

    def pages(
        self,
        name: str,
        rows: pages.Rows,
        shown: Callable[[list[Any]], list[dict[str, Any]]],
        **how: Any,
    ) -> Response:
        """Answer one page whose rows are shown together; see pages.answer."""
        return pages.answer(self.request, name, rows, shown, **how)
