//! What tests start and build: an embedded DynamoDB, the laptop cloud, callers.
