"""Rotation of the database's passwords. The Lambda function's code is in ``runtime/``."""
