"""What all Lambda functions share: their zip files, and the resources around them."""
