"""Who plans and deploys from a CI system."""
