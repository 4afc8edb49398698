//! The rules: what a profile may say, what a notification reads like. Pure.

mod message;
mod notification;
mod profile;
mod text;
mod timezone;
mod username;

pub use message::Message;
pub use notification::Notification;
pub use profile::{BirthDateError, Gender, GenderError, Profile, ProfileChange};
pub use text::{Bio, DisplayName, Text, TextError};
pub use timezone::{TimeZoneError, TimeZoneName};
pub use username::{Username, UsernameError};
