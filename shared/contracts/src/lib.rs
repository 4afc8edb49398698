//! What crosses a service boundary: events and internal API types.
