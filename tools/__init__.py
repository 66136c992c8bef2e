"""The project's own tools, called as `python -m tools COMMAND`; `make` has a target for each command."""
