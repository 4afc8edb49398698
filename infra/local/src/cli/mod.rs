//! What `cargo local` says and does.
