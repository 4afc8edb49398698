use lambda::http::{Access, Routes, kinds};
use serde_json::json;

use super::*;
use crate::{document, routes};

fn login() -> Vec<Route> {
    Routes::<reference::Ctx>::new("auth-public")
        .post("/v1/auth/login", Access::Public, "Sign in", || async { lambda::http::NoContent })
        .refuses(&[&kinds::INVALID])
        .list()
        .to_vec()
}

fn line(request: &Value, status: u16, answer: &Value) -> String {
    let line = json!({
        "method": "POST", "path": "/v1/auth/login?x=1", "media_type": "application/json",
        "request": request, "status": status, "answer": answer,
    });
    format!("{line}\n")
}

fn of(recording: &str) -> Known {
    let examples = Examples::recorded(recording, &login()).unwrap();
    examples.of("POST", "/v1/auth/login").cloned().unwrap_or_default()
}

#[test]
fn an_example_holds_nothing_that_opens_anything() {
    let answer = json!({
        "access_token": "eyJ.a.b", "refresh_token": "secret", "token_type": "Bearer", "note": "eyJh.b.c",
        "upload": {
            "url": "http://127.0.0.1:4566/b/k?X-Amz-Expires=900&X-Amz-Signature=ab",
            "fields": {"X-Amz-Signature": "ab", "x-amz-credential": "AK/1", "x-amz-security-token": "t", "policy": "p"},
        },
        "many": [{"session": "s"}, {"session": null}, {}], "stars": [0, 0, 1, 2, 3],
    });
    let request = json!({"refresh_token": "old", "password": "Haqiqiy-Parol-1", "new_password": "Yangi-Parol-1", "code": "918273"});
    let call = of(&line(&request, 200, &answer)).calls.remove(0);
    assert_eq!(
        call.request,
        json!({
            "refresh_token": "…", "password": "Namuna-Parol-2026", "new_password": "Namuna-Parol-2026", "code": "123456",
        })
    );
    assert_eq!(
        call.answer,
        json!({
            "access_token": "…", "refresh_token": "…", "token_type": "Bearer", "note": "…",
            "upload": {
                "url": "http://127.0.0.1:4566/b/k?…",
                "fields": {"X-Amz-Signature": "…", "x-amz-credential": "…", "x-amz-security-token": "…", "policy": "…"},
            },
            "many": [{"session": "…"}, {"session": null}], "stars": [0, 0, 1, 2, 3],
        })
    );
}

#[test]
fn the_fullest_call_is_shown_and_stays_when_the_journeys_run_again() {
    let (little, more, other) = (json!({"a": 1}), json!({"a": 1, "b": 2}), json!({"a": 3, "b": 4}));
    let known = of(&(line(&little, 200, &little) + &line(&more, 200, &more) + &line(&little, 200, &little)));
    assert_eq!((&known.calls[0].request, &known.calls[0].answer), (&more, &more));
    let kept = Examples::recorded(&line(&more, 200, &more), &login()).unwrap();
    let again = Examples::recorded(&line(&other, 200, &other), &login()).unwrap();
    assert_eq!(kept.clone().and(again), kept);
}

#[test]
fn of_a_problem_its_own_members_are_shown() {
    let problem = |errors: Value| {
        json!({
            "type": "/problems/invalid", "title": "?", "status": 422, "code": "invalid", "request_id": "r", "errors": errors,
        })
    };
    let known = of(&line(&Value::Null, 422, &problem(json!([{"field": "email", "message": "none"}]))));
    assert_eq!(known.calls, []);
    assert_eq!(
        Value::from(known.problems["invalid"].clone()),
        json!({"errors": [{"field": "email", "message": "none"}]})
    );
}

#[test]
fn what_the_document_does_not_say_is_no_example() {
    let document = document(&login(), &Examples::default()).unwrap();
    let all =
        line(&Value::Null, 204, &Value::Null) + &line(&json!({}), 200, &json!({})) + &line(&json!({}), 204, &json!({}));
    let recorded = Examples::recorded(&all, &login()).unwrap();
    assert!(!recorded.faults(&document).is_empty());
    let fitting = recorded.fitting(&document);
    assert_eq!(fitting.faults(&document), [""; 0]);
}

#[test]
fn the_examples_that_are_kept_hold_no_secret() {
    let kept = serde_json::to_string(&Examples::read().unwrap()).unwrap();
    for secret in ["\"eyJ", "X-Amz-Signature=", "X-Amz-Credential=", "X-Amz-Security-Token=", "Sinov-Parol"] {
        assert!(!kept.contains(secret), "{secret}");
    }
}

#[test]
fn the_examples_that_are_kept_are_what_the_reference_says() {
    let document = document(&routes(), &Examples::default()).unwrap();
    assert_eq!(Examples::read().unwrap().faults(&document), [""; 0]);
}

#[test]
fn the_examples_that_are_kept_are_short() {
    let bytes = std::fs::metadata(Examples::file()).unwrap().len();
    assert!(bytes < 400_000, "{bytes}");
}
