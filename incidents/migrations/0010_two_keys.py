"""Lets an event be received by the integration's previous key, while that still works."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION receive_event(
    the_key text, the_action text, the_dedup_key text, the_body jsonb, at timestamptz)
RETURNS TABLE (
    event_id bigint, account_id bigint, integration_id bigint, events_per_minute integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    WITH named AS (
        {named}
    ), found AS (
        SELECT named.id, account.id AS account_id, account.events_per_minute
        FROM named JOIN accounts_account account ON account.id = named.account_id
    ), kept AS (
        INSERT INTO incidents_event (account_id, integration_id, action, dedup_key, body,
            received_at, outcome, attempts)
        SELECT account_id, id, the_action, the_dedup_key, the_body, at, '', 0 FROM found
        RETURNING id
    )
    SELECT kept.id, found.account_id, found.id, found.events_per_minute FROM kept, found
$$;
"""
BY_KEY = "SELECT id, account_id FROM incidents_integration WHERE key = the_key"
# The second look happens only when the first one finds nothing.
BY_EITHER = f"""{BY_KEY}
        UNION ALL
        SELECT id, account_id FROM incidents_integration
        WHERE previous_key = the_key AND previous_key_until > at
        LIMIT 1"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0009_tools_and_changes")]
    operations = [
        migrations.RunSQL(FUNCTION.format(named=BY_EITHER), FUNCTION.format(named=BY_KEY))
    ]
