"""Hypothesis profiles: `pytest tests/oncall --hypothesis-profile=thorough`."""

from hypothesis import settings

# Fifty times the default of 100 examples; property tests multiply what is set here.
settings.register_profile("thorough", max_examples=5000, deadline=None)
