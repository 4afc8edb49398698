//! Load, cost and cold-start measurements.
