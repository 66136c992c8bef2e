"""The rotation function: Secrets Manager's four steps for a PostgreSQL user, shipped as the package ``rotation``."""
