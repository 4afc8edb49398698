//! The merge patch of a profile, read at the door.

use domain::{Change, Currency, Date, Locale, Localized, Reason};
use garde::Validate;
use lambda::http::Problem;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::Fields;
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
        let mut fields = Fields::default();
        let change = ProfileChange {
            display_name: fields.text("display_name", self.display_name, str::parse),
            username: fields.text("username", self.username, str::parse),
            date_of_birth: fields.text("date_of_birth", self.date_of_birth, date),
            gender: fields.text("gender", self.gender, str::parse),
            bio: fields.text("bio", self.bio, str::parse),
            language: fields.set("language", self.language, str::parse),
            currency: fields.set("currency", self.currency, currency),
            timezone: fields.set("timezone", self.timezone, str::parse),
        };
        fields.done(change)
    }
}

/// One form a day: `YYYY-MM-DD`.
fn date(text: &str) -> Result<Date, BirthDateError> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text).ok_or(BirthDateError)
}

struct CurrencyError;

impl Reason for CurrencyError {
    fn reason(&self) -> Localized {
        Localized::new(
            "UZS kabi ISO 4217 kodi bo'lishi kerak",
            "должен быть код ISO 4217, например UZS",
            "must be an ISO 4217 code such as UZS",
        )
    }
}

fn currency(code: &str) -> Result<Currency, CurrencyError> {
    Currency::from_code(code).ok_or(CurrencyError)
}
