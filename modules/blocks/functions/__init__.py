"""What Lambda functions have in common: their zips, and what surrounds them."""
