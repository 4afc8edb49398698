//! What happened, counted once.
