"""`migrate`, as the owner of the tables, and the walls after it."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from psycopg import sql

from accounts import tenancy


class Command(migrate.Command):
    """Migrates through DATABASE_OWNER_URL, then raises the walls between accounts."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        if "owner" in settings.DATABASES:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != "owner":
            raise CommandError(
                "Set DATABASE_OWNER_URL: the tables belong to another role than the"
                " one that the application connects as."
            )
        self._make_role()
        super().handle(*args, **options)
        tenancy.raise_walls(connections["owner"], settings.DATABASES["default"]["USER"])

    def _make_role(self) -> None:
        """Make the application's role where it is missing and the owner may."""
        database = settings.DATABASES["default"]
        name, password = database["USER"], database["PASSWORD"]
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            if cursor.fetchone() is not None:
                return
            statement = sql.SQL("CREATE ROLE {} LOGIN NOBYPASSRLS PASSWORD {}").format(
                sql.Identifier(name), sql.Literal(password)
            )
            cursor.execute(statement.as_string(cursor.connection))
