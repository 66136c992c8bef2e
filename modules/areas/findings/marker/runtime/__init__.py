"""The marker function, shipped as the package ``marker``."""
