"""The parts that `manage.py up` brings along: PostgreSQL, Redis and their folder."""
