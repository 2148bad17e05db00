"""The pages of the documentation: the document, and something to leaf through it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.api.documentation import generation


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI document, to anybody."""
    answer = JsonResponse(generation.document())
    # Tools on other sites load it; it says nothing of anybody.
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "max-age=300"
    return answer


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document, with a form for each operation."""
    return render(request, "integrations/api/docs.html")
