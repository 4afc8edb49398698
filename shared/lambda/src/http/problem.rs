//! Errors as people and programs read them: RFC 9457 `application/problem+json`, in three languages.

use std::fmt::Display;

use axum::response::{IntoResponse, Response};
use domain::{Locale, Localized};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::{error, info};

/// A kind of problem: what stays the same each time it occurs. Declared as a `const` beside the route that answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The HTTP status.
    pub status: u16,
    /// What programs compare, such as `stock-short`.
    pub code: &'static str,
    /// What happened, in Uzbek.
    pub uz: &'static str,
    /// In Russian.
    pub ru: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Kind {
    const fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Uz => self.uz,
            Locale::Ru => self.ru,
            Locale::En => self.en,
        }
    }
}

/// One occurrence of a problem. Members added with [`Problem::with`] reach the client; the cause of an internal one
/// is for the log alone.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: &'static Kind,
    members: Map<String, Value>,
    fields: Vec<(String, Localized)>,
    cause: Option<String>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of that kind.
    pub fn of(kind: &'static Kind) -> Self {
        Self { kind, members: Map::new(), fields: Vec::new(), cause: None, headers: Vec::new() }
    }

    /// Something that the caller cannot help: 500, with the cause in the log only.
    pub fn internal(cause: impl Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::of(&kinds::INTERNAL) }
    }

    /// Something we depend on does not answer: 503 and `Retry-After`.
    pub fn unavailable(cause: impl Display) -> Self {
        let problem = Self { cause: Some(cause.to_string()), ..Self::of(&kinds::UNAVAILABLE) };
        problem.header(header::RETRY_AFTER, HeaderValue::from_static("2"))
    }

    /// One field is wrong: 422 with `errors: [{field, message}]`, in the reader's language.
    pub fn field(field: impl Into<String>, message: Localized) -> Self {
        Self::fields([(field.into(), message)])
    }

    /// As [`Problem::field`], with all that is wrong.
    pub fn fields(errors: impl IntoIterator<Item = (String, Localized)>) -> Self {
        Self { fields: errors.into_iter().collect(), ..Self::of(&kinds::INVALID) }
    }

    /// Adds a member: none of those that every problem has.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        debug_assert!(!["type", "title", "status", "code", "request_id"].contains(&name), "every problem has {name}");
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The kind.
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The answer in the reader's language; logged here, once.
    pub(crate) fn render(self, locale: Locale, request_id: &str) -> Response {
        let (code, status) = (self.kind.code, self.kind.status);
        if let Some(cause) = &self.cause {
            error!(problem.code = code, problem.status = status, cause, "failed");
        } else {
            info!(problem.code = code, problem.status = status, "refused");
        }
        let mut body = self.members;
        if !self.fields.is_empty() {
            let error =
                |(field, message): &(String, Localized)| json!({"field": field, "message": message.get(locale)});
            body.insert("errors".into(), self.fields.iter().map(error).collect());
        }
        body.insert("type".into(), format!("/problems/{}", self.kind.code).into());
        body.insert("title".into(), self.kind.title(locale).into());
        body.insert("status".into(), self.kind.status.into());
        body.insert("code".into(), self.kind.code.into());
        body.insert("request_id".into(), request_id.into());
        let status = StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.code()));
        headers.extend(self.headers);
        response
    }
}

/// Carried to the outermost layer, which knows the reader's language.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<dynamodb::Error> for Problem {
    /// For errors that no condition of the caller's explains; match [`dynamodb::Error::refused`] first.
    fn from(error: dynamodb::Error) -> Self {
        match error {
            dynamodb::Error::Call { .. } => Self::unavailable(error),
            dynamodb::Error::Refused(_) | dynamodb::Error::Invalid { .. } | dynamodb::Error::Row { .. } => {
                Self::internal(error)
            }
        }
    }
}

impl From<crate::calls::CallError> for Problem {
    fn from(error: crate::calls::CallError) -> Self {
        match error {
            crate::calls::CallError::Unavailable(..) => Self::unavailable(error),
            crate::calls::CallError::Unexpected(..) => Self::internal(error),
        }
    }
}

impl From<domain::MoneyError> for Problem {
    fn from(error: domain::MoneyError) -> Self {
        Self::internal(error)
    }
}

/// Problems that every service has.
pub mod kinds {
    /// Declares kinds of problems: name, status, code, and the title in three languages.
    #[macro_export]
    macro_rules! problems {
        ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $uz:literal, $ru:literal, $en:literal;)+) => {$(
            $(#[$doc])*
            pub const $name: $crate::http::Kind =
                $crate::http::Kind { status: $status, code: $code, uz: $uz, ru: $ru, en: $en };
        )+};
    }

    problems! {
        /// Our fault.
        INTERNAL = 500, "internal", "Ichki xatolik", "Внутренняя ошибка", "Internal error";
        /// A dependency does not answer in time.
        UNAVAILABLE = 503, "unavailable", "Xizmat vaqtincha ishlamayapti", "Сервис временно недоступен",
            "The service is temporarily unavailable";
        /// The body is not JSON of the expected form.
        MALFORMED = 400, "malformed-body", "So'rov tanasi noto'g'ri", "Неверное тело запроса", "The body is malformed";
        /// The body is not declared as JSON.
        MEDIA_TYPE = 415, "unsupported-media-type", "Faqat application/json qabul qilinadi",
            "Принимается только application/json", "Only application/json is accepted";
        /// A field breaks a rule; `errors` lists them.
        INVALID = 422, "invalid", "Ma'lumotlar noto'g'ri", "Неверные данные", "Some fields are not valid";
        /// A parameter of the path or query is wrong.
        PARAMETER = 400, "bad-parameter", "Parametr noto'g'ri", "Неверный параметр", "A parameter is not valid";
        /// The cursor is not one of this list.
        CURSOR = 400, "bad-cursor", "Sahifa belgisi noto'g'ri", "Неверный указатель страницы",
            "The cursor is not one of this list";
        /// Nobody signed in, or the token does not count.
        UNAUTHENTICATED = 401, "unauthenticated", "Tizimga kiring", "Войдите в систему", "Sign in first";
        /// Signed in, but not allowed.
        FORBIDDEN = 403, "forbidden", "Ruxsat yo'q", "Доступ запрещён", "You may not do this";
        /// There is no such thing, or not for this caller.
        NOT_FOUND = 404, "not-found", "Topilmadi", "Не найдено", "Not found";
        /// The address exists with another method.
        METHOD = 405, "method-not-allowed", "Bu usul qo'llanmaydi", "Метод не поддерживается",
            "The method is not allowed here";
        /// Somebody else changed it in between.
        CONFLICT = 409, "conflict", "Ma'lumot o'zgarib qolgan, qayta urinib ko'ring",
            "Данные изменились, попробуйте ещё раз", "It was changed in the meantime, try again";
        /// The header `Idempotency-Key` is missing or wrong.
        IDEMPOTENCY_KEY = 400, "idempotency-key-required", "Idempotency-Key sarlavhasi kerak",
            "Нужен заголовок Idempotency-Key", "The header Idempotency-Key is required";
        /// The same key came with another body.
        IDEMPOTENCY_MISMATCH = 422, "idempotency-key-reused", "Bu kalit boshqa so'rov bilan ishlatilgan",
            "Этот ключ использован с другим запросом", "This key was used with another request";
        /// The same key is being worked on.
        IDEMPOTENCY_IN_FLIGHT = 409, "request-in-progress", "So'rov bajarilmoqda", "Запрос выполняется",
            "The request is in progress";
        /// Too many tries.
        TOO_MANY = 429, "too-many-requests", "Juda ko'p urinish", "Слишком много попыток", "Too many attempts";
    }
}
