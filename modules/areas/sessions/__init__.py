"""The DynamoDB table for sessions of the application's users."""
