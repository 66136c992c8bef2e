"""The platform's constructs, and the settings, names and addresses they are made from."""

from modules.core import bindings

bindings.install()
