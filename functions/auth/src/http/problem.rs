use lambda::http::{Problem, kinds};
use lambda::problems;

use crate::credentials::CredentialsError;
use crate::ops::Error;

problems! {
    /// Unknown address, wrong password or locked account.
    WRONG_CREDENTIALS = 401, "wrong-credentials", "Manzil yoki parol noto'g'ri, yoki urinishlar juda ko'p bo'ldi",
        "Неверный адрес или пароль, либо слишком много попыток", "Wrong address or password, or too many attempts";
    /// The password is right, the email not proven.
    EMAIL_NOT_VERIFIED = 403, "email-not-verified", "Avval email manzilingizni tasdiqlang",
        "Сначала подтвердите адрес почты", "Verify your email first";
    /// The password is right, the account stopped.
    NOT_ACTIVE = 403, "account-not-active", "Hisobingiz faol emas", "Учётная запись не активна",
        "The account is not active";
    /// The code is wrong, used, over or was tried too often.
    WRONG_CODE = 422, "wrong-code", "Kod noto'g'ri yoki muddati o'tgan", "Код неверен или истёк",
        "The code is wrong or over";
    /// The refresh token continues no session.
    SESSION_OVER = 401, "session-over", "Seans tugagan, qaytadan kiring", "Сеанс завершён, войдите снова",
        "The session is over, sign in again";
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::WrongCredentials => Self::of(&WRONG_CREDENTIALS),
            Error::EmailNotVerified => Self::of(&EMAIL_NOT_VERIFIED),
            Error::NotActive => Self::of(&NOT_ACTIVE),
            Error::WrongCode => Self::of(&WRONG_CODE),
            Error::SessionOver => Self::of(&SESSION_OVER),
            Error::NotFound => Self::of(&kinds::NOT_FOUND),
            Error::Table(cause) => cause.into(),
            Error::Busy | Error::Mail(_) => Self::unavailable(error),
            Error::Credentials(CredentialsError::Unavailable(_) | CredentialsError::Withheld(_)) => {
                Self::unavailable(error)
            }
            Error::Credentials(CredentialsError::Refused) | Error::Crypto(_) => Self::internal(error),
        }
    }
}
