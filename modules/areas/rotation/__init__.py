"""Rotation of the database's password: the function's code in ``runtime/``, and the zip it is shipped as."""
