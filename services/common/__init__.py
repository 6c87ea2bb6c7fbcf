"""What every service uses: the declarative base, column types and sessions."""
