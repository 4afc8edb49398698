//! Cognito user pools.
