//! The use cases, one a file.

mod change_profile;
mod mark_read;
mod notify;
mod welcome;

pub use change_profile::{ChangeError, change_profile};
pub use mark_read::{mark, mark_all_read};
pub use notify::{Unread, notify, unread_count};
pub use welcome::{profile, welcome};
