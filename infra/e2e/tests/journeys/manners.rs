use std::net::TcpStream;

use e2e::Cloud;

/// The addresses that a cloud listens on.
fn addresses(cloud: &Cloud) -> Vec<String> {
    let mut urls: Vec<String> = ["endpoint_url", "invoke_url", "control_url"].map(|m| cloud.text(m).to_owned()).into();
    urls.extend(cloud.endpoints["apis"].as_object().unwrap().values().map(|v| v.as_str().unwrap().to_owned()));
    urls.into_iter().map(|url| url.trim_start_matches("http://").trim_end_matches('/').to_owned()).collect()
}

fn alive(pids: &[u32]) -> Vec<u32> {
    let zombie = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
    };
    pids.iter().copied().filter(|pid| std::path::Path::new(&format!("/proc/{pid}")).exists() && !zombie(*pid)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind_by_an_orderly_stop() {
    let cloud = Cloud::start().await;
    cloud.client().get("/v1/regions").await.expect_status(200);
    let (pids, ports) = (e2e::processes_of(&cloud), addresses(&cloud));
    assert!(pids.len() >= 3, "the host, Cognito and a function at least: {pids:?}");
    cloud.stop().await;
    e2e::until("every process ends", || async { alive(&pids).is_empty().then_some(()) }).await;
    for port in ports {
        assert!(TcpStream::connect(&port).is_err(), "{port} still answers");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind_by_kill_nine() {
    let cloud = Cloud::start().await;
    cloud.client().get("/v1/regions").await.expect_status(200);
    let before = e2e::processes_of(&cloud);
    let cloud = cloud.kill_and_start_again().await;
    e2e::until("every process of the killed one ends", || async { alive(&before).is_empty().then_some(()) }).await;
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_listens_on_this_machine_alone() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    for address in addresses(cloud) {
        assert!(address.starts_with("127.0.0.1:"), "{address}");
    }
}
