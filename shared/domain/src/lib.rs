//! What every service agrees on: typed ids, money, time, pages, languages.
//!
//! Pure: nothing here waits, reads the environment or knows AWS. Time and randomness are passed in.

mod change;
mod clock;
mod entropy;
mod id;
mod locale;
mod money;
mod page;
mod phone;
mod reason;
mod region;
mod slug;
mod text;

pub use change::Change;
pub use clock::{Clock, business_day};
pub use entropy::{Entropy, SeededEntropy};
pub use id::*;
pub use iso_currency::Currency;
pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use locale::{Locale, Localized, localized};
pub use money::{Money, MoneyError, largest_remainder};
pub use page::{PageLimit, PageLimitError};
pub use phone::{Phone, PhoneError};
pub use reason::Reason;
pub use region::{Region, RegionError};
pub use slug::{Slug, SlugError};
pub use text::is_ordinary;
