"""The picture of a platform: what the synthesized JSON says there is, as SVG."""
