"""Mattermost: servers of people's own, which a bot of theirs lets us write to."""
