"""Texts and calls through a gateway of the installation's own, over plain HTTP."""
