"""Tags, and what has them: users, teams and escalation policies."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from integrations.api import bodies, errors, lists, references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from oncall import tags
from oncall.models import Tag
from oncall.models.tag import LONGEST_LABEL

# What may have tags, each with the rows of the account that it names.
ENTITIES = {
    "users": "memberships",
    "teams": "teams",
    "escalation_policies": "escalation_policies",
}


class TagBody(serializers.Serializer[Any]):
    """What a caller says of a tag."""

    label = serializers.CharField(max_length=LONGEST_LABEL)  # type: ignore[assignment]


class AdditionField(serializers.Field[Any, Any, Any, Any]):
    """A tag to put on something: a reference to one, or the label of one."""

    def to_internal_value(self, data: Any) -> Tag | str:
        """Find the tag by its id, or take the label."""
        if isinstance(data, dict) and data.get("id"):
            found: Tag = self._reference(data)
            return found
        sent = TagBody(data=data)
        sent.is_valid(raise_exception=True)
        return str(sent.validated_data["label"])

    def _reference(self, data: Any) -> Any:
        field = bodies.ReferenceField({"tag": "tags"})
        field.bind("", self)  # type: ignore[arg-type]
        return field.to_internal_value(data)


class ChangeBody(serializers.Serializer[Any]):
    """Which tags something gets, and which it loses."""

    add = serializers.ListField(
        child=AdditionField(), required=False, max_length=tags.MOST_OF_ONE
    )
    remove = serializers.ListField(
        child=bodies.ReferenceField({"tag": "tags"}),
        required=False,
        max_length=tags.MOST_OF_ONE,
    )


def represent(request: ApiRequest, tag: Tag) -> dict[str, Any]:
    """Show a tag."""
    return {**references.identity(request, tag), "label": tag.label}


class Tags(ResourceView):
    """`/tags`."""

    def get(self, request: ApiRequest) -> Response:
        """List tags, those whose label has the words of `query`."""
        rows = self.account.tags.all()
        if words := lists.query(request):
            rows = rows.filter(label__icontains=words)
        return self.page("tags", rows, represent)

    def post(self, request: ApiRequest) -> Response:
        """Make a tag."""
        sent = self.read(TagBody, "tag")
        tag = tags.create(self.account, sent["label"], actor=self.actor, at=self.at)
        return Response({"tag": represent(request, tag)}, status=201)


class OneTag(ResourceView):
    """`/tags/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a tag."""
        tag = self.find(self.account.tags, public_id)
        return Response({"tag": represent(request, tag)})

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a tag, which takes it off everything."""
        tags.delete(
            self.find(self.account.tags, public_id), actor=self.actor, at=self.at
        )
        return Response(status=204)


class EntityView(ResourceView):
    """What the views of what has tags have in common."""

    path = ""

    def entities(self) -> QuerySet[Any]:
        """Return what there is of the kind; who left is not there."""
        rows: QuerySet[Any] = getattr(self.account, ENTITIES[self.path]).all()
        if self.path == "users":
            return rows.filter(deactivated_at=None).select_related("user")
        return rows


class Tagged(EntityView):
    """`/tags/{id}/users`, and those of the other kinds."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List what has the tag."""
        tag = self.find(self.account.tags, public_id)
        rows = self.entities().filter(taggings__tag=tag).order_by("pk")
        return self.page(self.path, rows, references.reference)


class TagsOf(EntityView):
    """`/users/{id}/tags`, and those of the other kinds."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """List the tags of one."""
        subject = self.find(self.entities(), public_id)
        return self.page("tags", tags.of(subject), represent)


class ChangeTags(EntityView):
    """`/users/{id}/change_tags`, and those of the other kinds."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """Put tags on one and take others off."""
        subject = self.find(self.entities(), public_id)
        sent = ChangeBody(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        if not wanted.get("add") and not wanted.get("remove"):
            raise errors.ApiError(
                400, 2003, "Missing Arguments", "Send add, remove, or both."
            )
        added = wanted.get("add", ())
        tags.change(
            subject,
            actor=self.actor,
            at=self.at,
            add=[each for each in added if isinstance(each, Tag)],
            labels=[each for each in added if isinstance(each, str)],
            remove=wanted.get("remove", ()),
        )
        return Response({})
