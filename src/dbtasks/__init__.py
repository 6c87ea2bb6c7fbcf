"""Invoke tasks with which a Python backend of many services looks after its database."""
