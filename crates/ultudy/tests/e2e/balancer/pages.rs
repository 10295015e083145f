//! APIs are replaced while the pages of whole classes are open: all their streams end at once, and nginx would
//! have as many connections that rest, and are closed the moment after.

use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::json;
use ultudy_testkit::wait;

use super::{before, deployment::api, watcher::Watcher};
use crate::{api::PATIENCE, fleet::Ground};

/// Pages, and what is asked for at once.
const PAGES: usize = 200;
const REQUESTS: usize = 32;

/// Sends so many at once; those that failed.
async fn ask(client: &Client, base_url: &str, method: &Method) -> Vec<String> {
    let each = (0..REQUESTS).map(async |number| {
        let request = client.request(method.clone(), format!("{base_url}/api/courses"));
        let request = request.header("X-User-Id", "ada");
        let request = match *method {
            Method::POST => request.json(&json!({ "name": format!("course {number}") })),
            _ => request,
        };
        let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(answer.status().to_string()),
        }
    });
    let all = join_all(each).await.into_iter();
    all.filter_map(Result::err).collect()
}

#[tokio::test]
async fn what_is_asked_as_a_server_with_many_open_pages_closes_is_answered() {
    let ground = Ground::start();
    let mut apis = [api(&ground).await, api(&ground).await];
    let nginx = before(&[&apis[0], &apis[1]]);
    let (browser, base_url) = (Client::new(), nginx.base_url());
    let page = || Watcher::start_by(&browser, &base_url);
    let pages: Vec<Watcher> = (0..PAGES).map(|_| page()).collect();
    let opened = || -> usize { pages.iter().map(|page| page.connections().len()).sum() };
    wait::until("all pages are open", PATIENCE, async || opened() >= PAGES)
        .await
        .unwrap();
    for api in &mut apis {
        // By connections that nginx has then.
        let failed = ask(&browser, &base_url, &Method::GET).await;
        assert_eq!(failed, [""; 0]);
        let before = opened();
        api.server.tell_to_stop().expect("it hears");
        wait::until("its streams end", PATIENCE, async || opened() > before)
            .await
            .unwrap();
        nginx.freeze().expect("it stands still");
        let asked = tokio::spawn({
            let (browser, base_url) = (browser.clone(), base_url.clone());
            async move { ask(&browser, &base_url, &Method::POST).await }
        });
        api.server.closed().await.expect("it closes");
        nginx.thaw().expect("it goes on");
        let failed = asked.await.expect("all are answered");
        assert_eq!(failed, [""; 0], "{}", nginx.error_log());
        api.server.ended().await.expect("it ends");
        api.server.restart().await.expect("it is back");
    }
    for page in &pages {
        let connections = page.connections();
        let is_well = |one: &Result<_, _>| one.as_ref().is_ok_and(reqwest::StatusCode::is_success);
        assert!(connections.iter().all(is_well), "{connections:?}");
    }
}
