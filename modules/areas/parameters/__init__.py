"""The parameters by which an application finds the platform."""
