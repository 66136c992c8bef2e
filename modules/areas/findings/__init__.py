"""Services that detect threats and vulnerabilities, and the notifications of their findings."""
