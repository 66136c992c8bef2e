"""`make chaos`: what changes a platform is killed at random moments, and each time the documented way leads back."""
