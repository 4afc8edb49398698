//! Event source mappings for queues and streams.
