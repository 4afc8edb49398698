//! The promises of the Lambda service, against a real process.
