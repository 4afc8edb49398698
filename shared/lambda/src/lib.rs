//! What every function is made of: HTTP, queue and stream batches, configuration, telemetry, signed calls.
