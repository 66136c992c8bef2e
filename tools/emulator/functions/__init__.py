"""Lambda functions that run, each invocation in a process of its own."""
