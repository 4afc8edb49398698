//! The merge patch of a profile, read at the door.

use std::fmt::Display;

use domain::{Change, Currency, Date, Locale};
use garde::Validate;
use lambda::http::{Problem, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Bio, BirthDateError, DisplayName, Gender, ProfileChange, TimeZoneName, Username};

/// The members that may be changed, as text; any other member is a malformed body. The rules stand with the types of
/// the domain, in [`ProfilePatch::read`].
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(super) struct ProfilePatch {
    #[schemars(with = "Change<DisplayName>")]
    display_name: Change<String>,
    #[schemars(with = "Change<Username>")]
    username: Change<String>,
    #[schemars(with = "Change<Date>")]
    date_of_birth: Change<String>,
    #[schemars(with = "Change<Gender>")]
    gender: Change<String>,
    #[schemars(with = "Change<Bio>")]
    bio: Change<String>,
    #[schemars(with = "Locale")]
    language: Change<String>,
    #[schemars(with = "String", regex(pattern = "^[A-Z]{3}$"))]
    currency: Change<String>,
    #[schemars(with = "TimeZoneName")]
    timezone: Change<String>,
}

impl ProfilePatch {
    /// The change, or a 422 that lists every member that is wrong.
    pub(super) fn read(self) -> Result<ProfileChange, Problem> {
        let mut errors = Errors::default();
        let change = ProfileChange {
            display_name: errors.optional("display_name", self.display_name, str::parse),
            username: errors.optional("username", self.username, str::parse),
            date_of_birth: errors.optional("date_of_birth", self.date_of_birth, date),
            gender: errors.optional("gender", self.gender, str::parse),
            bio: errors.optional("bio", self.bio, str::parse),
            language: errors.required("language", self.language, str::parse),
            currency: errors.required("currency", self.currency, currency),
            timezone: errors.required("timezone", self.timezone, str::parse),
        };
        if errors.0.is_empty() { Ok(change) } else { Err(Problem::of(&kinds::INVALID).with("errors", errors.0)) }
    }
}

/// One form a day: `YYYY-MM-DD`.
fn date(text: &str) -> Result<Date, BirthDateError> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text).ok_or(BirthDateError)
}

fn currency(code: &str) -> Result<Currency, &'static str> {
    Currency::from_code(code).ok_or("must be an ISO 4217 code such as UZS")
}

#[derive(Serialize)]
struct FieldError {
    field: &'static str,
    message: String,
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn push(&mut self, field: &'static str, message: impl Display) {
        self.0.push(FieldError { field, message: message.to_string() });
    }

    fn optional<T, E: Display>(
        &mut self,
        field: &'static str,
        change: Change<String>,
        read: fn(&str) -> Result<T, E>,
    ) -> Change<T> {
        change.try_map(|text| read(&text)).unwrap_or_else(|error| {
            self.push(field, error);
            Change::Keep
        })
    }

    fn required<T, E: Display>(
        &mut self,
        field: &'static str,
        change: Change<String>,
        read: fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.optional(field, change, read) {
            Change::Set(value) => Some(value),
            Change::Keep => None,
            Change::Clear => {
                self.push(field, "cannot be removed");
                None
            }
        }
    }
}
