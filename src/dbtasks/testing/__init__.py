"""Databases for the application's own tests: a pytest plugin, and tests that a project gets by importing them.

pytest loads the plugin by itself wherever dbtasks is installed, so nothing here imports a library before it is needed.
"""
