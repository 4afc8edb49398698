use e2e::{Browser, Cloud};
use serde_json::json;

const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);

/// Opens the page, and waits until its operations are there.
async fn reference(cloud: &Cloud, (width, height): (u32, u32)) -> Option<Browser> {
    let browser = Browser::open(width, height).await?;
    browser.go(&format!("{}/docs", cloud.text("public_url"))).await;
    e2e::until("the operations are shown", || async {
        let shown = browser.run("return document.querySelectorAll('.opblock-tag').length").await;
        (shown.as_i64()? >= 8).then_some(())
    })
    .await;
    Some(browser)
}

async fn wide(browser: &Browser) -> bool {
    browser.run("return document.documentElement.scrollWidth > window.innerWidth + 1").await == json!(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_is_read_and_tried_in_a_browser() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, DESKTOP).await else { return };
    // Everything it loaded came from us.
    let elsewhere = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin) && !n.startsWith('data:'))";
    assert_eq!(browser.run(elsewhere).await, json!([]));
    let click = |selector: &str| format!("document.querySelector({}).click()", json!(selector));
    let regions = "[id^=operations-][id$=get_regions]";
    browser
        .run("document.querySelectorAll('.opblock-tag-section:not(.is-open) .opblock-tag').forEach(tag => tag.click())")
        .await;
    e2e::until("the operation is shown", || async {
        let there = format!("return !!document.querySelector({})", json!(regions));
        (browser.run(&there).await == json!(true)).then_some(())
    })
    .await;
    browser.run(&click(&format!("{regions} .opblock-summary-control"))).await;
    e2e::until("it can be tried", || async {
        let there = format!("return !!document.querySelector({})", json!(format!("{regions} .execute")));
        (browser.run(&there).await == json!(true)).then_some(())
    })
    .await;
    browser.run(&click(&format!("{regions} .execute"))).await;
    e2e::until("the answer is shown", || async {
        let status = format!(
            "return document.querySelector({})?.innerText",
            json!(format!("{regions} .live-responses-table tbody .response-col_status"))
        );
        browser.run(&status).await.as_str()?.starts_with("200").then_some(())
    })
    .await;
    assert!(!wide(&browser).await, "a desktop scrolls sideways");
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_fits_a_phone() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, PHONE).await else { return };
    assert!(!wide(&browser).await, "the list scrolls sideways");
    browser
        .run("document.querySelectorAll('.opblock-tag-section:not(.is-open) .opblock-tag').forEach(tag => tag.click())")
        .await;
    e2e::until("the operations can be opened", || async {
        let there = browser.run("return document.querySelectorAll('.opblock-summary-control').length").await;
        (there.as_i64()? >= 3).then_some(())
    })
    .await;
    browser.run("document.querySelectorAll('.opblock-summary-control').forEach((control, at) => { if (at < 3) control.click() })").await;
    e2e::until("operations are open", || async {
        let open = browser.run("return document.querySelectorAll('.opblock.is-open').length").await;
        (open.as_i64()? >= 1).then_some(())
    })
    .await;
    assert!(!wide(&browser).await, "an open operation scrolls sideways");
    assert_eq!(browser.complaints().await, [""; 0]);
}
