"""Tables of the evaluation service."""
