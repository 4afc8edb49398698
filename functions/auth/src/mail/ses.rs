use futures::FutureExt;
use futures::future::BoxFuture;
use lambda::calls::Calls;
use serde_json::{Value, json};

use super::{Mail, MailError, Mailer};
use crate::domain::Email;

/// Amazon SES, API version 2.
pub struct Ses {
    calls: Calls,
    from: String,
}

impl Ses {
    /// Sends as `from` through `calls`, which go to the SES endpoint.
    pub fn new(calls: Calls, from: &str) -> Self {
        Self { calls, from: from.to_owned() }
    }
}

impl Mailer for Ses {
    fn send<'a>(&'a self, to: &'a Email, mail: Mail) -> BoxFuture<'a, Result<(), MailError>> {
        async move {
            let body = json!({
                "FromEmailAddress": self.from,
                "Destination": {"ToAddresses": [to.as_str()]},
                "Content": {"Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                }},
            });
            // A second copy of a mail does no harm; a missing one does.
            let answer = self.calls.post_idempotent("/v2/email/outbound-emails", &body).await;
            answer.and_then(lambda::calls::Answer::ok::<Value>).map_err(|e| MailError(e.to_string()))?;
            Ok(())
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use lambda::{Base, Settings};
    use wiremock::matchers::{body_partial_json, header_exists, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn ses(url: &str) -> Ses {
        let keys = SharedCredentialsProvider::new(Credentials::from_keys("id", "secret", None));
        let aws = SdkConfig::builder().region(Region::new("us-east-1")).credentials_provider(keys).build();
        let base = Base::new(Settings::of([("AWS_ENDPOINT_URL_SESV2", url)]), aws).unwrap();
        Ses::new(base.aws_calls("ses", "SESV2", "email").unwrap(), "noreply@example.uz")
    }

    fn mail() -> Mail {
        Mail { subject: "Salom".into(), text: "042917".into() }
    }

    #[tokio::test]
    async fn a_mail_is_handed_over_signed() {
        let server = MockServer::start().await;
        let expected = json!({
            "FromEmailAddress": "noreply@example.uz",
            "Destination": {"ToAddresses": ["a@example.uz"]},
            "Content": {"Simple": {"Subject": {"Data": "Salom"}, "Body": {"Text": {"Data": "042917"}}}},
        });
        Mock::given(method("POST"))
            .and(path("/v2/email/outbound-emails"))
            .and(header_exists("authorization"))
            .and(body_partial_json(expected))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"MessageId": "1"})))
            .expect(1)
            .mount(&server)
            .await;
        ses(&server.uri()).send(&"a@example.uz".parse().unwrap(), mail()).await.unwrap();
    }

    #[tokio::test]
    async fn a_mail_that_is_not_accepted_is_an_error() {
        let server = MockServer::start().await;
        let refusal = ResponseTemplate::new(400).set_body_json(json!({"message": "Email address is not verified"}));
        Mock::given(method("POST")).respond_with(refusal).mount(&server).await;
        ses(&server.uri()).send(&"a@example.uz".parse().unwrap(), mail()).await.unwrap_err();
    }
}
