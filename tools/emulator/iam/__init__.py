"""IAM, enforced: what a call asks of IAM, and what the policies of its caller and its resource say to it."""
