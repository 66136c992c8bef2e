"""Checks that checkov loads: what it misses by itself and this platform promises."""
