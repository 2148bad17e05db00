"""Extensions: where else the news of services go, such as to a generic webhook."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from incidents.models import Service
from integrations.api import (
    bodies,
    extension_schemas,
    lists,
    references,
    service_shape,
)
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from integrations.api.webhook_subscriptions import require_configurer
from integrations.extensions import changes, rights, schemas, values
from integrations.extensions.schemas import Schema
from integrations.extensions.values import Scope, Values
from integrations.models import Extension

ROOT = "extension"
INCLUDES = {"extension_schemas", "extension_objects", "temporarily_disabled"}


class SchemaField(serializers.Field[Any, Any, Any, Any]):
    """A reference to an extension schema."""

    default_error_messages = {
        "shape": "This must be a reference with an id and a type.",
        "gone": "There is no extension schema {id}.",
    }

    def to_internal_value(self, data: Any) -> Schema:
        """Find the schema."""
        if not isinstance(data, dict) or not isinstance(data.get("id"), str):
            self.fail("shape")
        found = schemas.find(data["id"])
        if found is None:
            self.fail("gone", id=data["id"])
        return found


class ExtensionBody(serializers.Serializer[Any]):
    """What a caller says of an extension."""

    name = serializers.CharField(max_length=100)
    endpoint_url = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, allow_null=True
    )
    extension_schema = SchemaField()
    extension_objects = serializers.ListField(
        child=bodies.ReferenceField({"service": "services"}), allow_empty=False
    )
    config = serializers.DictField(required=False, allow_null=True)


class ExtensionView(ResourceView):
    """What the views of extensions have in common."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse who may not set them up: an address may hold a password itself."""
        super().initial(request, *args, **kwargs)
        require_configurer(self.actor)

    def extensions(self) -> QuerySet[Extension]:
        """Return the account's extensions with what is shown of them."""
        rows = self.account.extensions.select_related("team", "room")
        rows = rows.prefetch_related("extended_services__service", "subscriptions")
        return rights.visible(rows, self.actor)

    def shown(self, extensions: list[Extension]) -> list[dict[str, Any]]:
        """Show extensions, with their services in full if `include[]` names them."""
        full: dict[int, dict[str, Any]] = {}
        if "extension_objects" in lists.values(self.request, "include"):
            services = [each for one in extensions for each in values.services(one)]
            full = service_shape.by_id(self.request, services, self.at)
        return [self._represent(extension, full) for extension in extensions]

    def one(self, extension: Extension, status: int = 200) -> Response:
        """Answer with one extension, as the database has it now."""
        [found] = self.shown([self.extensions().get(pk=extension.pk)])
        return Response({ROOT: found}, status=status)

    def _represent(
        self, extension: Extension, full: dict[int, dict[str, Any]]
    ) -> dict[str, Any]:
        request, schema = self.request, schemas.of(extension)
        is_full = "extension_schemas" in lists.values(request, "include")
        show = extension_schemas.represent if is_full else extension_schemas.reference
        return {
            **references.identity(request, extension),
            "name": extension.name,
            "endpoint_url": extension.endpoint_url or None,
            "extension_schema": show(request, schema),
            # Nothing stands for a team or the whole account, which the config names.
            "extension_objects": [
                full.get(each.pk) or references.reference(request, each)
                for each in values.services(extension)
            ],
            "config": self._config(extension),
            "temporarily_disabled": _is_disabled(extension),
        }

    def _config(self, extension: Extension) -> dict[str, Any]:
        """Say how it is set up, without a secret."""
        courier = schemas.of(extension).courier
        shown = courier.config(extension) if courier else _told(extension)
        if extension.scope == Scope.SERVICES:
            return shown
        team = references.maybe(self.request, extension.team)
        return {**shown, "scope": extension.scope, "team": team}


class Extensions(ExtensionView):
    """`/extensions`."""

    def get(self, request: ApiRequest) -> Response:
        """List extensions by name."""
        lists.includes(request, INCLUDES)
        rows = self.extensions()
        if words := lists.query(request):
            rows = rows.filter(name__icontains=words)
        if service := lists.word(request, "extension_object_id"):
            found = self.account.extended_services.filter(service__public_id=service)
            rows = rows.filter(pk__in=found.values("extension"))
        if schema_id := lists.word(request, "extension_schema_id"):
            schema = schemas.find(schema_id)
            rows = rows.filter(schema=schema.key if schema else "")
        return self.pages(f"{ROOT}s", rows, self.shown)

    def post(self, request: ApiRequest) -> Response:
        """Make an extension, if its schema needs nobody to sign in elsewhere."""
        self.actor.require_anywhere("configure")
        sent = self.read(ExtensionBody, ROOT)
        wanted = Values(
            name=sent["name"],
            services=_once(sent["extension_objects"]),
            endpoint_url=sent.get("endpoint_url") or "",
            config=sent.get("config"),
        )
        extension = changes.create(
            self.account,
            sent["extension_schema"],
            wanted,
            actor=self.actor,
            at=self.at,
        )
        return self.one(extension, status=201)


class OneExtension(ExtensionView):
    """`/extensions/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show an extension."""
        lists.includes(request, INCLUDES)
        return self.one(self.find(self.extensions(), public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present; what kind it is stays."""
        extension = self.find(self.extensions(), public_id)
        self.actor.require_anywhere("configure")
        sent = self.read(ExtensionBody, ROOT, partial=True)
        if sent.get("extension_schema", schemas.of(extension)) != schemas.of(extension):
            raise serializers.ValidationError(
                {"extension_schema": "It stays what it is; make another extension."}
            )
        wanted = replace(
            _changed(values.of(extension), sent), config=sent.get("config")
        )
        changes.change(extension, wanted, actor=self.actor, at=self.at)
        return self.one(extension)

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete an extension, and what waits for it."""
        extension = self.find(self.extensions(), public_id)
        changes.delete(extension, actor=self.actor, at=self.at)
        return Response(status=204)


class Enable(ExtensionView):
    """`/extensions/{id}/enable`."""

    def post(self, request: ApiRequest, public_id: str) -> Response:
        """End a temporary disabling; what was held meanwhile goes out."""
        extension = self.find(self.extensions(), public_id)
        return self.one(changes.enable(extension, actor=self.actor, at=self.at))


def _once(services: list[Service]) -> tuple[Service, ...]:
    return tuple(dict.fromkeys(services))


def _changed(before: Values, sent: dict[str, Any]) -> Values:
    """Change what is sent. Whoever names services means no wider scope any more."""
    after = replace(
        before,
        name=sent.get("name", before.name),
        endpoint_url=sent.get("endpoint_url") or before.endpoint_url,
    )
    if "extension_objects" not in sent:
        return after
    services = _once(sent["extension_objects"])
    return replace(after, scope=Scope.SERVICES, team=None, services=services)


def _told(extension: Extension) -> dict[str, Any]:
    """Say what a chat is told, and where."""
    return {
        "channel": extension.room.name if extension.room else None,
        "urgency": extension.urgency or None,
        "updates": extension.updates,
        "paused": extension.is_paused,
    }


def _is_disabled(extension: Extension) -> bool:
    """Say whether nothing arrives, because nothing could be delivered."""
    if courier := schemas.of(extension).courier:
        return courier.is_disabled(extension)
    return extension.room is not None and extension.room.broken_at is not None
