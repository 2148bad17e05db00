"""How allauth signs people in to this product."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's behaviour, but the way back is never lost."""

    def get_email_confirmation_url(
        self, request: HttpRequest | None, emailconfirmation: Any
    ) -> str:
        """Let the link in the mail lead on to where the person was going.

        It may be opened in another tab or browser, which knows nothing of this one.
        """
        address: str = super().get_email_confirmation_url(request, emailconfirmation)
        if request is None:
            return address
        way_on = request.POST.get(REDIRECT_FIELD_NAME) or ""
        if not way_on or not self.is_safe_url(way_on):
            return address
        return f"{address}?{urlencode({REDIRECT_FIELD_NAME: way_on})}"
