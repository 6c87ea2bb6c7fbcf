"""The reference backend: seven services of an AI-governance product that share one repository and one database."""
