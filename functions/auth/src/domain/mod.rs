//! The rules, pure: time and randomness are passed in.

pub mod account;
mod email;
mod login_attempt;
mod mail_budget;
mod one_time_code;
mod password;
mod refresh_token;
pub mod session;
pub mod user_token;

pub use account::{Account, Status};
pub use email::{Email, EmailError};
pub use login_attempt::{LoginAttempt, LoginFailure};
pub use mail_budget::MailBudget;
pub(crate) use one_time_code::mac;
pub use one_time_code::{Code, CodeError, CodeKey};
pub use password::{Password, PasswordError};
pub use refresh_token::{RefreshToken, RefreshTokenError};
pub use session::{Session, SessionEnd, SessionStatus};
pub use user_token::{TokenKind, UserToken};
