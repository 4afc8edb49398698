//! Journeys through the laptop cloud over HTTP: what the product promises, seen from outside.

mod access;
mod crash;
mod delivery;
mod isolation;
mod manners;
mod race;
mod registration;
mod sale;
mod sessions;
mod tokens;
