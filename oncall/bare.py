"""Routes that need neither a session nor an account skip the other middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]


def bare(view: View) -> View:
    """Mark a view as bare: this will make it answer before all other middleware."""
    view.bare = True  # type: ignore[attr-defined]
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


class BareMiddleware:
    """Answers bare routes; they are most of the traffic and must stay cheap."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if getattr(match.func, "bare", False):
            return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]
        return self.get_response(request)
