"""The functions that move the writer, shipped as the package ``failover``."""
