use lambda::http::{Problem, kinds};
use lambda::problems;

use crate::credentials::CredentialsError;
use crate::ops::Error;

problems! {
    /// Unknown or unproven address, wrong password, locked or stopped account.
    WRONG_CREDENTIALS = 401, "wrong-credentials", "Manzil yoki parol noto'g'ri, yoki urinishlar juda ko'p bo'ldi",
        "Неверный адрес или пароль, либо слишком много попыток", "Wrong address or password, or too many attempts";
    /// The code is wrong, used, over or was tried too often.
    WRONG_CODE = 422, "wrong-code", "Kod noto'g'ri yoki muddati o'tgan", "Код неверен или истёк",
        "The code is wrong or over";
    /// The token is of no session that goes on.
    SESSION_OVER = 401, "session-over", "Seans tugagan, qaytadan kiring", "Сеанс завершён, войдите снова",
        "The session is over, sign in again";
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::WrongCredentials => Self::of(&WRONG_CREDENTIALS),
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
