"""The function by which an event is received in one round trip."""

from django.db import migrations

# It runs with the rights of its owner, because a sender has a key and no account yet.
RECEIVE = """
CREATE FUNCTION receive_event(
    the_key text, the_action text, the_dedup_key text, the_body jsonb, at timestamptz)
RETURNS TABLE (
    event_id bigint, account_id bigint, integration_id bigint, events_per_minute integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    WITH found AS (
        SELECT integration.id, account.id AS account_id, account.events_per_minute
        FROM incidents_integration integration
        JOIN accounts_account account ON account.id = integration.account_id
        WHERE integration.key = the_key
    ), kept AS (
        INSERT INTO incidents_event (account_id, integration_id, action, dedup_key, body,
            received_at, outcome, attempts)
        SELECT account_id, id, the_action, the_dedup_key, the_body, at, '', 0 FROM found
        RETURNING id
    )
    SELECT kept.id, found.account_id, found.id, found.events_per_minute FROM kept, found
$$;
REVOKE ALL ON FUNCTION receive_event FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [
        migrations.RunSQL(RECEIVE, "DROP FUNCTION receive_event(text, text, text, jsonb, timestamptz)")
    ]
