"""Tries applications with prompts that they should withstand."""
