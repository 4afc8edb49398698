//! Fields of bodies as what they are, and why one is not.

use domain::Localized;
use lambda::http::Problem;

use crate::domain::{Code, Email, Password, PasswordError};

pub(super) fn email(text: &str) -> Result<Email, Problem> {
    text.parse().map_err(|_| {
        let why = Localized::new(
            "elektron pochta manzili emas",
            "не похоже на адрес электронной почты",
            "must be an email address",
        );
        Problem::field("email", why)
    })
}

pub(super) fn code(text: &str) -> Result<Code, Problem> {
    text.parse().map_err(|_| {
        let why = Localized::new("olti raqamdan iborat", "состоит из шести цифр", "must be six digits");
        Problem::field("code", why)
    })
}

pub(super) fn password(text: &str, email: &Email) -> Result<Password, Problem> {
    Password::parse(text, email).map_err(|error| Problem::field("password", broken(error)))
}

/// That a role is not one that people choose.
pub(super) fn role() -> Problem {
    let why = Localized::new(
        "CUSTOMER yoki VENDOR bo'lishi kerak",
        "может быть CUSTOMER или VENDOR",
        "must be CUSTOMER or VENDOR",
    );
    Problem::field("role", why)
}

fn broken(rule: PasswordError) -> Localized {
    match rule {
        PasswordError::Length => Localized::new(
            "8 tadan 128 tagacha belgi bo'lishi kerak",
            "должно быть от 8 до 128 символов",
            "must have 8 to 128 characters",
        ),
        PasswordError::Classes => Localized::new(
            "kichik va bosh lotin harfi, raqam va belgi bo'lishi kerak",
            "нужны строчная и заглавная латинские буквы, цифра и знак",
            "must have a small letter, a capital letter, a digit and a symbol of the Latin keyboard",
        ),
        PasswordError::Common => Localized::new(
            "juda oson topiladi yoki manzilga o'xshaydi",
            "слишком простой или похож на адрес",
            "is too common or too close to the email address",
        ),
    }
}
