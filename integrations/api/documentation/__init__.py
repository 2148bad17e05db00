"""The API's own documentation: what its views, serializers and recorded answers say."""
