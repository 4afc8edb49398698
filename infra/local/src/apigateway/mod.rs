//! API Gateway HTTP APIs, payload format 2.0.
