//! What front ends report.

use domain::{EventId, ProductId};
use futures::future::join_all;
use lambda::testing::Call;
use serde_json::{Value, json};

use super::{DAY, World, funnel, store, world};

const VISITOR: &str = "0198e4c2-0000-7000-8000-0000000000aa";

pub(super) fn reports(events: &[Value]) -> Call {
    Call::new("POST", "/v1/analytics/events").json(&json!({"visitor_id": VISITOR, "events": events}))
}

pub(super) fn view(id: &str) -> Value {
    json!({
        "id": EventId::derived(id), "type": "PRODUCT_VIEW", "at": "2026-11-23T05:59:00Z", "store_id": store(),
        "product_id": ProductId::derived("p"), "path": "/p/cpu",
    })
}

#[tokio::test]
async fn a_visitor_counts_once_a_day_and_each_view_once_however_often_it_is_sent() {
    let w = world().await;
    for _ in 0..3 {
        let reply = w.send(reports(&[view("1"), view("2")])).await;
        assert_eq!((reply.status, &reply.body["accepted"]), (202, &json!(2)), "{}", reply.body);
    }
    join_all((0..4).map(|_| w.send(reports(&[view("3")])))).await;
    let total = funnel(&w).await;
    assert_eq!((&total["visitors"], &total["product_views"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn a_client_reports_nothing_with_money_or_state_in_it() {
    let w = world().await;
    let at = "2026-11-23T05:59:00Z";
    let wrong = [
        json!({"id": EventId::derived("p"), "type": "PURCHASE", "at": at}),
        json!({"id": EventId::derived("c"), "type": "ADD_TO_CART", "at": at}),
        json!({"id": EventId::derived("v"), "type": "PRODUCT_VIEW", "at": at}),
        json!({"id": EventId::derived("f"), "type": "PAGE_VIEW", "at": "2026-11-23T07:00:00Z"}),
        json!({"id": EventId::derived("o"), "type": "PAGE_VIEW", "at": "2026-11-01T07:00:00Z"}),
        json!("nonsense"),
        view("good"),
    ];
    let reply = w.send(reports(&wrong)).await;
    assert_eq!((reply.status, &reply.body["accepted"]), (202, &json!(1)), "{}", reply.body);
    let refused: Vec<_> = reply.body["refused"].as_array().unwrap().iter().map(|r| r["index"].clone()).collect();
    assert_eq!(refused, (0..6).map(|n| json!(n)).collect::<Vec<_>>());
    let codes: Vec<_> = reply.body["refused"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(codes, ["of-services", "of-services", "missing", "time", "time", "malformed"]);
}

#[tokio::test]
async fn a_thousand_reports_of_one_call_are_all_counted() {
    let w = world().await;
    let many: Vec<Value> = (0..1_000).map(|n| view(&n.to_string())).collect();
    // On a busy machine the first call may run out of time; whoever reports sends the same again.
    let mut reply = w.send(reports(&many)).await;
    for _ in 0..10 {
        if reply.status == 503 {
            reply = w.send(reports(&many)).await;
        }
    }
    assert_eq!((reply.status, &reply.body["accepted"]), (202, &json!(1_000)), "{}", reply.body);
    assert_eq!(funnel(&w).await["product_views"], 1_000);
    assert_eq!(w.send(reports(&[])).await.status, 422);
}

fn page(id: &str, at: &str, path: &str) -> Value {
    json!({"id": EventId::derived(id), "type": "PAGE_VIEW", "at": at, "path": path, "campaign": path})
}

fn in_session(session: u8, events: &[Value]) -> Call {
    let session = format!("0198e4c2-0000-7000-8000-0000000000{session:02}");
    let body = json!({"visitor_id": VISITOR, "session_id": session, "device": "MOBILE", "events": events});
    Call::new("POST", "/v1/analytics/events").json(&body)
}

async fn platform(w: &World, day: &str) -> Value {
    w.admin(&format!("/v1/admin/analytics/days?from={day}&to={day}")).await["days"][0].clone()
}

#[tokio::test]
async fn a_session_grows_with_its_reports_in_whatever_order_they_come() {
    let w = world().await;
    let (first, last) = (page("1", "2026-11-23T05:00:00Z", "/"), page("2", "2026-11-23T05:01:40Z", "/p/cpu"));
    assert_eq!(w.send(in_session(1, std::slice::from_ref(&last))).await.status, 202);
    let day = platform(&w, DAY).await;
    assert_eq!((&day["sessions"], &day["bounced"], &day["session_seconds"]), (&json!(1), &json!(1), &json!(0)));
    for _ in 0..2 {
        assert_eq!(w.send(in_session(1, &[first.clone(), last.clone()])).await.status, 202);
    }
    let day = platform(&w, DAY).await;
    assert_eq!((&day["sessions"], &day["bounced"], &day["session_seconds"]), (&json!(1), &json!(0), &json!(100)));
    let session = w.admin(&format!("/v1/admin/analytics/visitors/{VISITOR}/sessions")).await["items"][0].clone();
    assert_eq!(
        (&session["landing"], &session["campaign"], &session["device"]),
        (&json!("/"), &json!("/"), &json!("MOBILE"))
    );
    assert_eq!((&session["page_views"], &session["reports"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn a_session_belongs_to_the_day_of_its_first_report() {
    let w = world().await;
    // Midnight in Tashkent is 19:00 UTC.
    let (evening, night) = (page("1", "2026-11-22T18:59:00Z", "/"), page("2", "2026-11-22T19:01:00Z", "/"));
    assert_eq!(w.send(in_session(1, &[night])).await.status, 202);
    assert_eq!(platform(&w, DAY).await["sessions"], 1);
    assert_eq!(w.send(in_session(1, &[evening])).await.status, 202);
    let (before, after) = (platform(&w, "2026-11-22").await, platform(&w, DAY).await);
    assert_eq!(
        (&before["sessions"], &before["session_seconds"], &before["bounced"]),
        (&json!(1), &json!(120), &json!(0))
    );
    assert_eq!((&after["sessions"], &after["session_seconds"], &after["bounced"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!((&before["page_views"], &after["page_views"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn one_session_that_reports_from_many_tabs_at_once_is_counted_whole() {
    let w = world().await;
    let tab = |n: u8| in_session(1, &[page(&n.to_string(), &format!("2026-11-23T05:00:{n:02}Z"), "/")]);
    for reply in join_all((0..6).map(|n| w.send(tab(n)))).await {
        assert_eq!(reply.status, 202, "{}", reply.body);
    }
    let day = platform(&w, DAY).await;
    assert_eq!((&day["sessions"], &day["page_views"], &day["visitors"]), (&json!(1), &json!(6), &json!(1)));
    assert_eq!((&day["session_seconds"], &day["bounced"]), (&json!(5), &json!(0)));
}

#[tokio::test]
async fn terms_are_counted_with_what_was_found_and_opened() {
    let w = world().await;
    let search = |id: &str, term: &str, results: u32| {
        let at = "2026-11-23T05:00:00Z";
        json!({"id": EventId::derived(id), "type": "PRODUCT_SEARCH", "at": at, "term": term, "results": results})
    };
    let mut opened = view("opened");
    opened["term"] = json!("Ryzen 7");
    let all = [search("1", "ryzen 7", 12), search("2", " RYZEN 7", 12), search("3", "ryzan", 0), opened];
    for _ in 0..2 {
        assert_eq!(w.send(reports(&all)).await.body["accepted"], 4);
    }
    let found = w.admin(&format!("/v1/analytics/search?day={DAY}")).await;
    let ryzen = json!({"term": "ryzen 7", "searches": 2, "without_result": 0, "clicks": 1});
    let misspelt = json!({"term": "ryzan", "searches": 1, "without_result": 1, "clicks": 0});
    assert_eq!(found, json!({"day": DAY, "terms": [ryzen, misspelt], "complete": true}));
}

#[tokio::test]
async fn a_report_of_another_visitor_with_the_same_id_counts_too() {
    let w = world().await;
    assert_eq!(w.send(reports(&[view("1")])).await.status, 202);
    let other = json!({"visitor_id": ProductId::derived("other"), "events": [view("1")]});
    assert_eq!(w.send(Call::new("POST", "/v1/analytics/events").json(&other)).await.status, 202);
    let total = funnel(&w).await;
    assert_eq!((&total["visitors"], &total["product_views"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn what_was_reported_is_read_by_admins_without_an_address() {
    let w = world().await;
    assert_eq!(w.send(in_session(1, &[view("1")])).await.status, 202);
    let found = w.admin("/v1/admin/analytics/reports?hour=2026-11-23T10").await;
    assert_eq!(found["items"][0]["report"]["type"], "PRODUCT_VIEW");
    assert_eq!(found["items"][0]["device"], "MOBILE");
    assert!(!found.to_string().contains("203.0.113"), "{found}");
}
