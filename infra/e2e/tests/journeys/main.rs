//! Journeys through the laptop cloud over HTTP: what the product promises, seen from outside.

#![expect(clippy::unwrap_used, reason = "what a test cannot read fails it")]

mod access;
mod carts;
mod crash;
mod delivery;
mod endings;
mod images;
mod imports;
mod isolation;
mod manners;
mod page;
mod payme;
mod race;
mod readme;
mod registration;
mod sale;
mod samples;
mod sessions;
mod standing;
mod steps;
mod story;
mod tokens;
