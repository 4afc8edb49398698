//! SES: every message lands in a mailbox that a person can read.
