"""Lets a part in a team give rights, and so takes back what nobody chose it for."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Until now each part was "manager" unless somebody said else, and meant nothing: it
# becomes what the member's role already allows.
LESS = {"responder": ["manager"], "observer": ["manager", "responder"]}


def _lower(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    places = apps.get_model("accounts", "TeamMembership")._default_manager
    for role, too_much in LESS.items():
        rows = places.using(editor.connection.alias).filter(part__in=too_much)
        rows.filter(membership__role=role).update(part=role)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_has_listeners")]

    operations = [
        migrations.AlterField(
            model_name="teammembership",
            name="part",
            field=models.CharField(
                choices=[
                    ("manager", "Manager"),
                    ("responder", "Responder"),
                    ("observer", "Observer"),
                ],
                default="observer",
                max_length=9,
            ),
        ),
        migrations.RunPython(_lower, migrations.RunPython.noop),
    ]
