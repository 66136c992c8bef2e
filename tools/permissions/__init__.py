"""The least policies of who bootstraps, plans and deploys, written from what their calls asked of IAM."""
