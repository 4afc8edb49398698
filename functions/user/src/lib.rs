//! What somebody tells about themselves: profiles and notifications.
