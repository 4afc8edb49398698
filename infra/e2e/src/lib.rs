//! What journeys are made of: the laptop cloud as a process of its own, and people who use it over HTTP.
//!
//! Nothing here reaches into a service: a journey sees what a shopper, a vendor or an operator sees.

pub mod access;
mod browser;
mod cloud;
mod http;
mod payme;
mod people;
mod processes;
mod reference;
mod shop;
mod wait;

pub use browser::Browser;
pub use cloud::Cloud;
pub use http::{Client, Reply};
pub use payme::Payme;
pub use people::{PASSWORD, Person};
pub use processes::processes_of;
pub use shop::{Shop, board_row, cpu_row, ndjson};
pub use wait::{days_around_today, now, until, within_two_minutes};
