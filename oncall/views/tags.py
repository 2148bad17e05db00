"""The page on which people, teams and policies get their tags."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AccountRequest, member
from oncall import tags
from oncall.forms.tags import TagsForm
from oncall.refusals import NotAllowed

# What may have tags: the rows of the account that it names, and its page.
KINDS = {
    "people": ("memberships", "person"),
    "teams": ("teams", "team"),
    "escalation-policies": ("escalation_policies", "escalation_policy"),
}


@require_http_methods(["GET", "POST"])
@member()
def edit(request: AccountRequest, kind: str, public_id: str) -> HttpResponse:
    """Ask for the tags of something, or put them on it."""
    rows, page = KINDS[kind]
    subject: Any = get_object_or_404(
        getattr(request.account, rows).all(), public_id=public_id
    )
    tags.require(request.actor, subject)
    posted = request.POST if request.method == "POST" else None
    labels = "\n".join(tag.label for tag in tags.of(subject))
    form = TagsForm(posted, initial={"labels": labels})
    if form.is_valid() and _put(request, subject, form):
        messages.success(request, _("Saved the tags of %s.") % subject)
        return redirect(page, public_id)
    parts = {"form": form, "subject": subject, "page": page}
    status = 422 if form.is_bound else 200
    return render(request, "oncall/tags_form.html", parts, status=status)


def _put(request: AccountRequest, subject: Any, form: TagsForm) -> bool:
    """Change the tags; a refusal stays on the form with what was typed."""
    labels = form.cleaned_data["labels"]
    try:
        tags.put(subject, labels, actor=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        form.add_error("labels", str(refusal))
        return False
    return True
