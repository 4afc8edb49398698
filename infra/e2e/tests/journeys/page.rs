use e2e::{Browser, Cloud, PASSWORD, Person};
use serde_json::{Value, json};

const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);

/// Opens the page, and waits until its operations are there.
async fn reference(cloud: &Cloud, (width, height): (u32, u32)) -> Option<Browser> {
    let browser = Browser::open(width, height).await?;
    browser.go(&format!("{}/docs", cloud.text("public_url"))).await;
    e2e::until("the groups are shown", || async {
        let shown = browser.run("return document.querySelectorAll('.opblock-tag').length").await;
        (shown.as_i64()? >= 8).then_some(())
    })
    .await;
    let open =
        "document.querySelectorAll('.opblock-tag-section:not(.is-open) .opblock-tag').forEach(tag => tag.click())";
    browser.run(open).await;
    Some(browser)
}

async fn wide(browser: &Browser) -> bool {
    browser.run("return document.documentElement.scrollWidth > window.innerWidth + 1").await == json!(true)
}

async fn click(browser: &Browser, selector: &str) {
    let there = format!("return !!document.querySelector({})", json!(selector));
    e2e::until(&format!("{selector} is there"), || async { (browser.run(&there).await == json!(true)).then_some(()) })
        .await;
    browser.run(&format!("document.querySelector({}).click()", json!(selector))).await;
}

async fn text(browser: &Browser, selector: &str) -> String {
    let text = browser.run(&format!("return document.querySelector({})?.innerText", json!(selector))).await;
    text.as_str().unwrap_or_default().to_owned()
}

/// Calls an operation, such as `cart-get_cart`, by its button: the status and what the page shows of the answer.
async fn executed(browser: &Browser, operation: &str) -> (String, String) {
    let block = format!("#operations-{operation}");
    if text(browser, &format!("{block} .execute")).await.is_empty() {
        click(browser, &format!("{block} .opblock-summary-control")).await;
    } else {
        click(browser, &format!("{block} .btn-clear")).await;
    }
    click(browser, &format!("{block} .execute")).await;
    let answer = format!("{block} .live-responses-table tbody .response-col_");
    let status = e2e::until("the answer is shown", || async {
        let status = text(browser, &format!("{answer}status")).await;
        status.starts_with(|c: char| c.is_ascii_digit()).then(|| status[..3].to_owned())
    })
    .await;
    (status, text(browser, &format!("{answer}description")).await)
}

/// Fills a form of the page and sends it.
async fn submit(browser: &Browser, form: &str, values: &Value) {
    let script = format!(
        "const form = document.getElementById({}); Object.entries({values}).forEach(([name, value]) => form.elements[name].value = value); form.requestSubmit()",
        json!(form)
    );
    browser.run(&script).await;
}

async fn calls_with(browser: &Browser, whom: &str) {
    e2e::until("the page says who calls", || async { text(browser, "#caller").await.contains(whom).then_some(()) })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_is_read_and_tried_in_a_browser() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, DESKTOP).await else { return };
    // Everything it loaded came from us.
    let elsewhere = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin) && !n.startsWith('data:'))";
    assert_eq!(browser.run(elsewhere).await, json!([]));
    assert_eq!(executed(&browser, "user-get_regions").await.0, "200");
    assert!(!wide(&browser).await, "a desktop scrolls sideways");
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_tried_as_somebody_as_a_guest_and_in_a_language() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, DESKTOP).await else { return };
    let reader = Person::join(&cloud, "reader", "CUSTOMER").await;
    submit(&browser, "sign-in", &json!({"email": reader.email, "password": PASSWORD})).await;
    calls_with(&browser, "a token").await;
    let (status, answer) = executed(&browser, "auth-get_auth_me").await;
    assert!(status == "200" && answer.contains(&reader.email), "{status}: {answer}");
    click(&browser, "#nobody").await;
    calls_with(&browser, "Nobody").await;
    submit(&browser, "use-token", &json!({"token": reader.access_token})).await;
    calls_with(&browser, "a token").await;
    assert_eq!(executed(&browser, "auth-get_auth_sessions").await.0, "200");
    click(&browser, "#nobody").await;
    click(&browser, "#guest").await;
    calls_with(&browser, "a guest's cart").await;
    assert_eq!(executed(&browser, "cart-get_cart").await.0, "200");
    assert_eq!(browser.complaints().await, [""; 0]);

    click(&browser, "#nobody").await;
    calls_with(&browser, "Nobody").await;
    let choose = "const l = document.getElementById('language'); l.value = 'ru'; l.dispatchEvent(new Event('change'))";
    browser.run(choose).await;
    let (status, answer) = executed(&browser, "cart-get_cart").await;
    assert!(status == "401" && answer.contains("Войдите"), "{status}: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_found_by_a_word() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, DESKTOP).await else { return };
    // React hears of a value only by the setter that it has wrapped.
    let find = "const i = document.querySelector('.operation-filter-input'); \
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(i, 'take over'); \
        i.dispatchEvent(new Event('input', {bubbles: true}))";
    browser.run(find).await;
    let found = "return [...document.querySelectorAll('.opblock')].map(o => o.id)";
    e2e::until("one is left", || async {
        (browser.run(found).await == json!(["operations-cart-post_cart_merge"])).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_fits_a_phone() {
    let cloud = Cloud::shared().await;
    let Some(browser) = reference(&cloud, PHONE).await else { return };
    assert!(!wide(&browser).await, "the list scrolls sideways");
    click(&browser, "#caller").await;
    assert!(!wide(&browser).await, "the panel scrolls sideways");
    for operation in ["auth-post_auth_login", "order-post_orders", "tech-product-get_products_product_id"] {
        click(&browser, &format!("#operations-{operation} .opblock-summary-control")).await;
    }
    e2e::until("operations are open", || async {
        let open = browser.run("return document.querySelectorAll('.opblock.is-open .execute').length").await;
        (open.as_i64()? == 3).then_some(())
    })
    .await;
    assert!(!wide(&browser).await, "an open operation scrolls sideways");
    assert_eq!(browser.complaints().await, [""; 0]);
}
