"""The REST API: one module for each resource, on a mechanism that all of them share."""
