use super::*;
use crate::domain::{Format, SentFile};
use crate::ops::upload::{announce, start};
use crate::ops::work_off::work_off;
use crate::sent_name;
use crate::testbed::{by_owner as asked_by_owner, plan};

fn imports(rest: &str) -> String {
    format!("/v1/stores/{}/imports{rest}", store())
}

#[tokio::test]
async fn refusals_go_on_where_a_page_ended() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..120).map(|n| json!({"opendb_id": format!("a-{n}")})).collect();
    let import = w.import(&rows).await;
    let (mut numbers, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let path = imports(&format!("/{}/refusals?limit=50{cursor}", import.import_id));
        let page = w.manage(by_owner(get(&path))).await;
        assert_eq!(page.status, 200, "{}", page.body);
        numbers.extend(page.body["items"].as_array().unwrap().iter().map(|row| row["row"].as_u64().unwrap()));
        pages += 1;
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((numbers, pages), ((1..=120).collect(), 3));
}

/// Each file as it is refused when it comes with the call, and as the import says that was announced.
#[tokio::test]
async fn an_announced_file_is_told_why_as_one_that_came_with_the_call() {
    let w = World::with_catalogue().await;
    let long = format!("{{}}\n{{\"a\":\"{}\"}}", "x".repeat(130 * 1024));
    for file in ["\n \n", &long, &"{}\n".repeat(100_001)] {
        let call = Call::new("POST", &imports("?category=cpu")).text("application/x-ndjson", file);
        let refused = w.manage(by_owner(call)).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let sent = SentFile { format: Format::Ndjson, length: file.len() as u64 };
        let (import, _) = announce(&w.intake, plan(), sent).await.unwrap();
        w.files.0.lock().unwrap().insert(sent_name(store(), import.import_id), file.into());
        start(&w.intake, (store(), import.import_id), asked_by_owner()).await.unwrap();
        Box::pin(work_off(&w.intake, import.import_id)).await.unwrap();
        let seen = w.manage(by_owner(get(&imports(&format!("/{}", import.import_id))))).await.body;
        let (fault, failure) = (&seen["fault"], &seen["failure"]);
        assert_eq!((&fault["code"], &fault["detail"]), (&refused.body["code"], &refused.body["detail"]), "{seen}");
        assert_eq!(
            (failure, &fault["row"]),
            (&json!("bad-file"), &if *file == *long { json!(2) } else { Value::Null })
        );
    }
}

#[tokio::test]
async fn a_third_import_is_told_of_the_two_that_are_under_way() {
    let w = World::with_catalogue().await;
    let taken = [w.take(&[cpu("a", 1_000_000, 1)]).await, w.take(&[cpu("b", 1_000_000, 1)]).await];
    let call =
        Call::new("POST", &imports("?category=cpu")).text("application/x-ndjson", "{}").header("accept-language", "en");
    let refused = w.manage(by_owner(call)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("imports-limit")));
    assert_eq!(refused.body["imports"], json!(taken.map(|import| import.import_id)));
    assert_eq!(refused.body["title"], "A store has at most 2 imports at a time");
}
