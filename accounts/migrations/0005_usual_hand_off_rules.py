"""Gives everybody who is a member already the rule that new members begin with."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    database = editor.connection.alias
    methods = apps.get_model("accounts", "ContactMethod")._default_manager
    rules = apps.get_model("accounts", "HandOffRule")._default_manager.using(database)
    emails = (
        methods.using(database)
        .filter(kind="email", membership__handoff_rules=None)
        .order_by("membership_id", "id")
        .distinct("membership_id")
    )
    rules.bulk_create(
        (
            rules.model(
                account_id=email.account_id,
                membership_id=email.membership_id,
                contact_method_id=email.pk,
            )
            for email in emails.iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_hand_off_rules")]
    operations = [migrations.RunPython(_add, migrations.RunPython.noop)]
