"""Tables of the user service."""
