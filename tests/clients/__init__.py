"""Other people's programs against a running instance: only its host is ours."""
