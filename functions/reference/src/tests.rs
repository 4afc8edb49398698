use lambda::testing::Call;

use super::*;

async fn get(path: &str) -> lambda::testing::Reply {
    Call::new("GET", path).send(&lambda::http::service(docs(), Ctx::default())).await
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_known_again_by_its_tag() {
    let service = lambda::http::service(docs(), Ctx::default());
    let reply = Call::new("GET", "/openapi.json").send(&service).await;
    assert_eq!((reply.status, &reply.body["openapi"]), (200, &"3.1.0".into()));
    let tag = reply.header("etag").unwrap();
    let again = Call::new("GET", "/openapi.json").header("if-none-match", tag).send(&service).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    assert!(!page::INDEX.contains("http://") && !page::INDEX.contains("https://") && !page::INDEX.contains("\"//"));
    for link in page::INDEX.split('"').filter_map(|text| text.strip_prefix("/docs/")) {
        let (bytes, media_type) = page::file(link).unwrap_or_else(|| panic!("{link} is missing"));
        assert!(!bytes.is_empty());
        assert!(["text/javascript", "text/css", "image/png"].contains(&media_type.as_str()), "{link}: {media_type}");
        // Below what a function may answer, base64 counted.
        assert!(bytes.len() < 4_000_000, "{link} has {} bytes", bytes.len());
    }
    assert_eq!(get("/docs/../secrets").await.status, 404);
    assert_eq!(get("/docs/index.html").await.status, 404);
}

#[tokio::test]
async fn sample_requests_are_answered() {
    let service = lambda::http::service(docs(), Ctx::default());
    for name in ["document", "page", "file"] {
        let file = format!("{}/../../events/reference-docs.{name}.json", env!("CARGO_MANIFEST_DIR"));
        let event = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(Call::recorded(event).send(&service).await.status, 200, "{name}");
    }
}
