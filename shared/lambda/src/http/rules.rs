//! What the validator says of broken rules, in three languages.

use std::borrow::Cow;
use std::fmt::Display;

use domain::Locale;
use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};
use garde::rules::AsStr;
use garde::rules::pattern::Matcher;

/// The validator's sentences in one language.
pub(super) struct Rules(pub(super) Locale);

impl Rules {
    fn say(&self, uz: impl Into<String>, ru: impl Into<String>, en: impl Into<String>) -> Cow<'static, str> {
        match self.0 {
            Locale::Uz => uz.into(),
            Locale::Ru => ru.into(),
            Locale::En => en.into(),
        }
        .into()
    }

    fn form(&self) -> Cow<'static, str> {
        self.say("noto'g'ri ko'rinishda", "имеет неверный вид", "does not have the right form")
    }
}

impl I18n for Rules {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        self.say(
            format!("uzunligi kamida {min} bo'lishi kerak"),
            format!("длина должна быть не меньше {min}"),
            format!("must have a length of at least {min}"),
        )
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        self.say(
            format!("uzunligi {max} dan oshmasligi kerak"),
            format!("длина должна быть не больше {max}"),
            format!("must have a length of at most {max}"),
        )
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        self.say(
            format!("kamida {min} bo'lishi kerak"),
            format!("должно быть не меньше {min}"),
            format!("must be at least {min}"),
        )
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        self.say(
            format!("{max} dan oshmasligi kerak"),
            format!("должно быть не больше {max}"),
            format!("must be at most {max}"),
        )
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Cow<'static, str> {
        if pattern.to_string() == Readable.as_str() {
            return self.say(
                "ko'rinadigan belgilardan iborat bo'lishi kerak",
                "должно состоять из видимых символов",
                "must hold visible characters",
            );
        }
        self.form()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        self.say("elektron pochta manzili emas", "не похоже на адрес электронной почты", "must be an email address")
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        self.say("havola emas", "не похоже на ссылку", "must be a URL")
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        self.say("telefon raqami emas", "не похоже на номер телефона", "must be a phone number")
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        self.say("ko'rsatilishi shart", "обязательно", "is required")
    }

    fn contains_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        self.form()
    }

    fn prefix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        self.form()
    }

    fn suffix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        self.form()
    }

    fn matches_field_mismatch(&self, _: &dyn Display) -> Cow<'static, str> {
        self.form()
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        self.form()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        self.form()
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        self.form()
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        self.form()
    }
}

/// A rule of its own: some visible character and no control character. `#[garde(custom(readable))]`.
///
/// # Errors
/// When there is none, or one of them; in the reader's language.
pub fn readable(text: &str, (): &()) -> garde::Result {
    garde::rules::pattern::apply(&text, (&Readable,))
}

struct Readable;

impl AsStr for Readable {
    fn as_str(&self) -> &'static str {
        "visible characters"
    }
}

impl Matcher for Readable {
    fn is_match(&self, text: &str) -> bool {
        !text.trim().is_empty() && !text.chars().any(char::is_control)
    }
}
