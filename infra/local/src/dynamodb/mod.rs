//! DynamoDB and its streams, embedded.
