//! The use cases, one a file.

mod addresses;
mod change_profile;
mod mark_read;
mod notify;
mod preferences;
mod welcome;

pub use addresses::{Add, AddressError, add_address, addresses, change_address, make_default, remove_address};
pub use change_profile::{ChangeError, change_profile};
pub use mark_read::{mark, mark_all_read};
pub use notify::{Unread, notify, unread_count};
pub use preferences::{PreferencesError, change_preferences, preferences};
pub use welcome::{profile, welcome};

/// How often a change that met another one is tried again.
const ATTEMPTS_MAX: u32 = 10;
