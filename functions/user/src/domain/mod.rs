//! The rules: what a profile may say, what a notification reads like. Pure.

pub(crate) mod address;
mod address_book;
mod message;
mod notification;
mod preference;
mod profile;
mod text;
mod timezone;
mod username;
mod words;

pub use address::{
    Address, AddressKind, Details, DetailsChange, ForeignPostalCode, Location, LocationError, PostalCode,
    PostalCodeError,
};
pub use address_book::{ADDRESSES_MAX, AddressBook, BookError};
pub use message::Message;
pub use notification::Notification;
pub use preference::{Channel, Preferences, PreferencesChange, Privacy, Topic, Topics};
pub use profile::{BirthDateError, Gender, GenderError, Profile, ProfileChange};
pub use text::{Bio, DisplayName, Text, TextError};
pub use timezone::{TimeZoneError, TimeZoneName};
pub use username::{Username, UsernameError};
