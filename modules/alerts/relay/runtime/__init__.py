"""The relay function, shipped as the package ``relay``."""
