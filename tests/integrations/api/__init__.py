"""The REST API, as its clients call it."""
