"""Mail through a provider's own interface, and what that provider reports later."""
