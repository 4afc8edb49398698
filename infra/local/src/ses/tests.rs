use http::StatusCode;
use serde_json::{Value, json};

use super::{Ses, address};
use crate::clock::Clock;

fn mail(to: &str) -> Value {
    json!({
        "FromEmailAddress": "Shop <no-reply@shop.example>",
        "Destination": { "ToAddresses": [to] },
        "Content": { "Simple": { "Subject": { "Data": "Your code" }, "Body": { "Text": { "Data": "123456" } } } },
    })
}

#[test]
fn an_answered_mail_is_in_the_mailbox_of_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mail.sqlite");
    let ses = Ses::open(Some(&file), Clock::default()).unwrap();
    let answer = ses.send_email(mail("Ann <Ann@example.org>").to_string().as_bytes());
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    ses.send_email(mail("bob@example.org").to_string().as_bytes());

    let again = Ses::open(Some(&file), Clock::default()).unwrap();
    let mails = again.mails(Some("ann@example.org"), 10).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(json!(mails[0].id), answer["MessageId"]);
    assert_eq!((mails[0].subject.as_str(), mails[0].text.as_deref()), ("Your code", Some("123456")));
    let all: Vec<String> = again.mails(None, 10).unwrap().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(all, ["bob@example.org", "Ann <Ann@example.org>"]);
    assert_eq!(again.mails(None, 1).unwrap().len(), 1);
}

#[test]
fn mail_is_dated_by_the_shared_clock() {
    let clock = Clock::default();
    let ses = Ses::open(None, clock.clone()).unwrap();
    clock.set_offset_seconds(86_400);
    ses.send_email(mail("ann@example.org").to_string().as_bytes());
    let at = ses.mails(None, 1).unwrap()[0].at;
    assert!(clock.now().duration_since(at).as_secs() < 60);
}

#[test]
fn what_ses_refuses_is_refused_and_not_kept() {
    let ses = Ses::open(None, Clock::default()).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = mail("ann@example.org");
        change(&mut body);
        body
    };
    for (body, message) in [
        (with(&|body| body["Destination"] = json!({})), "Destination must have at least one recipient."),
        (with(&|body| body["Destination"]["ToAddresses"] = json!(vec!["a@b.c"; 51])), "Recipient count exceeds 50."),
        (with(&|body| body["Destination"]["ToAddresses"] = json!(["ann"])), "Missing final '@domain'"),
        (with(&|body| body["FromEmailAddress"] = Value::Null), "FromEmailAddress is required."),
        (with(&|body| body["Content"]["Simple"]["Body"] = json!({})), "Body must have Text or Html."),
        (
            with(&|body| body["Content"] = json!({ "Raw": { "Data": "" } })),
            "Only Content.Simple is supported by the laptop cloud.",
        ),
    ] {
        let answer = ses.send_email(body.to_string().as_bytes());
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.headers()["x-amzn-errortype"], "BadRequestException");
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["message"], message);
    }
    assert_eq!(ses.send_email(b"{").status(), StatusCode::BAD_REQUEST);
    assert!(ses.mails(None, 10).unwrap().is_empty());
}

#[test]
fn the_address_is_what_stands_in_the_angle_brackets() {
    for (mailbox, expected) in
        [("a@b.c", "a@b.c"), ("A <a@b.c>", "a@b.c"), (" a@b.c ", "a@b.c"), ("\"<x>\" <a@b.c>", "a@b.c")]
    {
        assert_eq!(address(mailbox), expected);
    }
}
