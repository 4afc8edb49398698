//! Journeys through the front door, coherence tests, chaos.
