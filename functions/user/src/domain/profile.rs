use std::str::FromStr;

use contracts::UserRegistered;
use domain::{Change, Currency, Date, Locale, Localized, Reason, Timestamp, UserId, business_day};
use jiff::civil::date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bio, DisplayName, TimeZoneName, Username};

/// What somebody tells about themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The account.
    pub user_id: UserId,
    /// The name people see.
    pub display_name: Option<DisplayName>,
    /// Unique over all accounts.
    pub username: Option<Username>,
    /// Seen by the person alone.
    pub date_of_birth: Option<Date>,
    /// Seen by the person alone.
    pub gender: Option<Gender>,
    /// A few sentences.
    pub bio: Option<Bio>,
    /// What notifications are written in when the reader's device names no language.
    pub language: Locale,
    /// What prices are shown in.
    pub currency: Currency,
    /// What times are shown in.
    pub timezone: TimeZoneName,
    /// When the account was registered.
    pub joined_at: Timestamp,
    /// When the profile was changed last.
    pub updated_at: Timestamp,
}

/// As the person puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Another one.
    Other,
}

/// Not one of the genders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be MALE, FEMALE or OTHER")]
pub struct GenderError;

impl Reason for GenderError {
    fn reason(&self) -> Localized {
        Localized::new(
            "MALE, FEMALE yoki OTHER bo'lishi kerak",
            "может быть MALE, FEMALE или OTHER",
            "must be MALE, FEMALE or OTHER",
        )
    }
}

impl FromStr for Gender {
    type Err = GenderError;

    fn from_str(text: &str) -> Result<Self, GenderError> {
        match text {
            "MALE" => Ok(Self::Male),
            "FEMALE" => Ok(Self::Female),
            "OTHER" => Ok(Self::Other),
            _ => Err(GenderError),
        }
    }
}

/// A merge patch of a profile. What a profile always has can be set, not removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileChange {
    /// See [`Profile::display_name`].
    pub display_name: Change<DisplayName>,
    /// See [`Profile::username`].
    pub username: Change<Username>,
    /// See [`Profile::date_of_birth`].
    pub date_of_birth: Change<Date>,
    /// See [`Profile::gender`].
    pub gender: Change<Gender>,
    /// See [`Profile::bio`].
    pub bio: Change<Bio>,
    /// See [`Profile::language`].
    pub language: Option<Locale>,
    /// See [`Profile::currency`].
    pub currency: Option<Currency>,
    /// See [`Profile::timezone`].
    pub timezone: Option<TimeZoneName>,
}

/// Nobody was born on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1900-01-01 and today")]
pub struct BirthDateError;

impl Reason for BirthDateError {
    fn reason(&self) -> Localized {
        Localized::new(
            "1900-01-01 bilan bugungi kun orasida bo'lishi kerak",
            "должно быть от 1900-01-01 до сегодняшнего дня",
            "must be between 1900-01-01 and today",
        )
    }
}

impl Profile {
    /// The profile of an account that was just registered.
    pub fn of(registered: &UserRegistered, at: Timestamp) -> Self {
        Self {
            user_id: registered.user_id,
            display_name: None,
            username: None,
            date_of_birth: None,
            gender: None,
            bio: None,
            language: registered.locale,
            currency: Currency::UZS,
            timezone: TimeZoneName::default(),
            joined_at: at,
            updated_at: at,
        }
    }

    /// The profile after `change` at `at`; the same profile when the change changes nothing.
    pub fn changed(&self, change: ProfileChange, at: Timestamp) -> Result<Self, BirthDateError> {
        if let Change::Set(born) = change.date_of_birth
            && (born < date(1900, 1, 1) || born > business_day(at))
        {
            return Err(BirthDateError);
        }
        let now = self.clone();
        let mut next = Self {
            display_name: change.display_name.apply(now.display_name),
            username: change.username.apply(now.username),
            date_of_birth: change.date_of_birth.apply(now.date_of_birth),
            gender: change.gender.apply(now.gender),
            bio: change.bio.apply(now.bio),
            language: change.language.unwrap_or(now.language),
            currency: change.currency.unwrap_or(now.currency),
            timezone: change.timezone.unwrap_or(now.timezone),
            ..*self
        };
        if next != *self {
            next.updated_at = at;
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use contracts::PlatformRole;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn profile() -> Profile {
        let registered =
            UserRegistered { user_id: UserId::derived("u"), role: PlatformRole::Customer, locale: Locale::Ru };
        Profile::of(&registered, at("2026-11-23T06:00:00Z"))
    }

    #[test]
    fn a_change_of_nothing_leaves_the_profile_as_it_is() {
        let later = at("2026-11-24T06:00:00Z");
        let same = ProfileChange { language: Some(Locale::Ru), bio: Change::Clear, ..ProfileChange::default() };
        assert_eq!(profile().changed(same, later), Ok(profile()));
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        // 20:00 UTC is the next day in Tashkent.
        let now = at("2026-11-23T20:00:00Z");
        for (born, good) in [("1899-12-31", false), ("1900-01-01", true), ("2026-11-24", true), ("2026-11-25", false)] {
            let change =
                ProfileChange { date_of_birth: Change::Set(born.parse().unwrap()), ..ProfileChange::default() };
            assert_eq!(profile().changed(change, now).is_ok(), good, "{born}");
        }
    }
}
