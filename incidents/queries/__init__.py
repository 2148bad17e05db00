"""What pages and the API read of incidents and services, in few queries."""
