use domain::Locale;

use super::Mail;
use crate::domain::Code;

/// What we write to people about their account.
#[derive(Debug, Clone)]
pub enum Letter<'a> {
    /// The code that verifies the address.
    Verification(&'a Code),
    /// Somebody registers with an address that has an account: told to its owner, and to nobody else.
    AlreadyRegistered,
}

impl Letter<'_> {
    /// The letter in the reader's language.
    pub fn write(&self, locale: Locale) -> Mail {
        let (subject, text) = match self {
            Self::Verification(code) => verification(code.as_str(), locale),
            Self::AlreadyRegistered => already_registered(locale),
        };
        Mail { subject: subject.to_owned(), text }
    }
}

fn verification(code: &str, locale: Locale) -> (&'static str, String) {
    match locale {
        Locale::Uz => (
            "UltraMarket: tasdiqlash kodi",
            format!(
                "Tasdiqlash kodingiz: {code}\n\nKod 10 daqiqa amal qiladi. Agar siz ro'yxatdan o'tmagan bo'lsangiz, \
                 kodni hech kimga bermang va bu xatni e'tiborsiz qoldiring.\n"
            ),
        ),
        Locale::Ru => (
            "UltraMarket: код подтверждения",
            format!(
                "Ваш код подтверждения: {code}\n\nКод действует 10 минут. Если вы не регистрировались, никому не \
                 сообщайте код и не отвечайте на это письмо.\n"
            ),
        ),
        Locale::En => (
            "UltraMarket: verification code",
            format!(
                "Your verification code: {code}\n\nIt is valid for 10 minutes. If you did not register, give the code \
                 to nobody and ignore this message.\n"
            ),
        ),
    }
}

fn already_registered(locale: Locale) -> (&'static str, String) {
    let (subject, text) = match locale {
        Locale::Uz => (
            "UltraMarket: sizda hisob bor",
            "Kimdir shu manzil bilan ro'yxatdan o'tmoqchi bo'ldi, lekin sizda allaqachon hisob bor. Agar bu siz \
             bo'lsangiz, parolingiz bilan kiring. Aks holda hech narsa qilish shart emas.\n",
        ),
        Locale::Ru => (
            "UltraMarket: у вас уже есть учётная запись",
            "Кто-то пытался зарегистрироваться с этим адресом, но у вас уже есть учётная запись. Если это были вы, \
             войдите со своим паролем. Если нет, ничего делать не нужно.\n",
        ),
        Locale::En => (
            "UltraMarket: you already have an account",
            "Somebody tried to register with this address, but you already have an account. If it was you, sign in \
             with your password. If not, there is nothing to do.\n",
        ),
    };
    (subject, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_carries_the_code() {
        let code = "042917".parse().unwrap();
        for locale in Locale::ALL {
            assert!(Letter::Verification(&code).write(locale).text.contains("042917"), "{locale}");
            assert!(!Letter::AlreadyRegistered.write(locale).text.is_empty());
        }
    }
}
