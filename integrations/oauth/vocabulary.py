"""Tells the OAuth package which scopes there are."""

from typing import Any

from oauth2_provider.scopes import BaseScopes

from integrations.oauth import scopes


class Vocabulary(BaseScopes):
    """The scopes of `integrations.oauth.scopes`, as the package asks for them."""

    def get_all_scopes(self) -> dict[str, str]:
        """Name every scope, each with its words."""
        return {name: str(words) for name, words in scopes.ALL.items()}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Name what the app may ask for."""
        mine = scopes.allowed(application) if application else set()
        return [scopes.OPENID, *sorted(mine)]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Name what an app gets that asks for nothing."""
        return [scopes.OPENID]
