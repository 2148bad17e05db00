from django.contrib.postgres.indexes import HashIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_team_parts"),
        ("incidents", "0011_lost_timers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="alert",
            index=HashIndex(fields=["dedup_key"], name="alert_key"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["account", "-created_at", "-id"], name="incident_began"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("status", "resolved"), _negated=True),
                fields=["account", "-created_at", "-id"],
                name="incident_open_began",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["account", "-resolved_at", "-id"], name="incident_ended"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["service", "-created_at", "-id"], name="incident_service_began"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=HashIndex(
                condition=models.Q(("incident_key", ""), _negated=True),
                fields=["incident_key"],
                name="incident_key",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                models.F("account"),
                models.OrderBy(
                    models.Case(
                        models.When(sent_at__isnull=False, then="sent_at"),
                        default="failed_at",
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    ("status__in", ["sent", "delivered", "answered", "failed"])
                ),
                name="notification_left",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                fields=["account", "-at", "-id"], name="timeline_period"
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=HashIndex(fields=["public_id"], name="timeline_public_id"),
        ),
    ]
