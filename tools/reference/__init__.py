"""The reference of the settings: docs/settings.md, and the schema for editors; both are made from the models."""
