//! SQS on SQLite.
