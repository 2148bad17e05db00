"""Where users are signed in, and what they let apps do."""

from tests.integrations.api.story.teller import Teller


def tell(story: Teller) -> None:
    """Look at Bob's sessions and delegations, and end them."""
    bob = story.world.bob.membership.public_id
    path = "/users/{id}/sessions"
    first, _second = story.tell(f"GET {path}", bob)["user_sessions"]
    story.tell(f"GET {path}/browser/{{id}}", bob, first["id"])
    story.tell(f"DELETE {path}/browser/{{id}}", bob, first["id"])
    story.tell(f"DELETE {path}", bob)
    path = "/users/{id}/oauth_delegations"
    (found,) = story.tell(f"GET {path}", bob)["oauth_delegations"]
    story.tell(f"GET {path}/{{id}}", bob, found["id"])
    query = f"/oauth_delegations?user_id={bob}&type=integration"
    story.tell(f"DELETE {query}")
