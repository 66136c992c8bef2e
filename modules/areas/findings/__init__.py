"""Services that look for threats and weak spots, and what becomes of their findings."""
