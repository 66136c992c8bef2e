"""What the function refuses or cannot do; the text of each is one line and holds no secret."""


class RotationError(Exception):
    """A step that did not happen; Secrets Manager calls it again later, with the same version."""


class WrongPasswordError(RotationError):
    """The server is up and trusted, and this password is not the role's."""
