"""Drives the official Python client, whichever version stands first on the path.

It runs in a process of its own and imports nothing of ours: what it needs comes as JSON
on standard input, and each request that it makes goes as a line of JSON to its output.
"""
