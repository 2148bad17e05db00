"""Template tags that are available in every template."""
