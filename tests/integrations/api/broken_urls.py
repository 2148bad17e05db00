"""Addresses of an API with a mistake in it."""

from django.urls import path
from rest_framework.response import Response

from integrations.api.views import ResourceView


class Broken(ResourceView):
    """Makes a team, and then fails in a way that nobody foresaw."""

    def post(self, request) -> Response:
        """Fail."""
        self.account.teams.create(name="Half done")
        raise RuntimeError("a secret that must not be told")


urlpatterns = [path("teams", Broken.as_view())]
