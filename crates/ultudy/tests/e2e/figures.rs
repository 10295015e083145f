//! Pictures of a document: kept with it, served to its owner alone, gone with it.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    api::{Api, send, text},
    jobs, pdf,
};

/// An illustrated document of this user's; its id and the address of its figure.
async fn illustrated(api: &Api) -> (String, String) {
    let course_id = api.course("Biology").await;
    let id = api.document(pdf::illustrated(), &course_id).await;
    let figure = format!("/api/documents/{id}/figures/1");
    (id, figure)
}

#[tokio::test]
async fn a_figure_is_served_as_the_picture_it_is_and_can_do_nothing() {
    let api = Api::local().await;
    let (id, figure) = illustrated(&api).await;
    let request = api.request(Method::GET, &figure);
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    let (etag, length) = (header("etag"), header("content-length"));
    let bytes = response.bytes().await.expect("the picture");
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len().to_string() == length);

    let known = api.request(Method::GET, &figure);
    let known = known.header("if-none-match", etag).send().await;
    let known = known.expect("an answer");
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert!(known.bytes().await.expect("no body").is_empty());

    for (number, status) in [("2", 404), ("0", 404), ("-1", 404), ("x", 400)] {
        let path = format!("/api/documents/{id}/figures/{number}");
        assert_eq!(api.get(&path).await.status, status, "{number}");
    }
}

#[tokio::test]
async fn a_figure_is_its_owner_s_alone() {
    let api = Api::dev("ada").await;
    let (_, figure) = illustrated(&api).await;
    assert_eq!(
        send(api.request(Method::GET, &figure)).await.status,
        StatusCode::OK
    );
    let other = api.request_as(Some("bob"), Method::GET, &figure);
    assert_eq!(send(other).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_text_has_the_figure_at_its_place() {
    let api = Api::local().await;
    let (id, _) = illustrated(&api).await;
    let section = api.sections(&id).await.remove(0);
    let body = api.get(&format!("/api/sections/{section}")).await.body;
    let markdown = text(&body["markdown"]);
    let at = |what: &str| {
        markdown
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {markdown}"))
    };
    let picture = at("![Figure 1: A plant cell](figure:1)");
    assert!(at("smallest unit of life") < picture && picture < at("Respiration is"));
}

#[tokio::test]
async fn figures_go_with_the_last_document_that_has_them() {
    let api = Api::local().await;
    let (first, _) = illustrated(&api).await;
    let (second, figure) = illustrated(&api).await;
    // The file and its picture, each kept once.
    api.server.wait_for_objects(2).await;
    api.delete(&format!("/api/documents/{first}")).await;
    assert_eq!(
        send(api.request(Method::GET, &figure)).await.status,
        StatusCode::OK
    );
    api.delete(&format!("/api/documents/{second}")).await;
    api.server.wait_for_no_objects().await;
    assert_eq!(
        send(api.request(Method::GET, &figure)).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn kill_9_in_the_middle_of_an_upload_leaves_each_object_once() {
    let mut api = Api::local().await;
    let accepted = api.upload(jobs::long_illustrated_book(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    jobs::processing(&api, &job_id).await;
    api.server.kill().await.expect("it dies");
    api.server.restart().await.expect("it comes back");
    let job = api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    api.server.wait_for_objects(2).await;
    let id = text(&accepted.body["document_id"]);
    let figure = format!("/api/documents/{id}/figures/1");
    assert_eq!(
        send(api.request(Method::GET, &figure)).await.status,
        StatusCode::OK
    );
    let deleted = api.delete(&format!("/api/documents/{id}")).await;
    assert_eq!(deleted.body["success"], json!(true));
    api.server.wait_for_no_objects().await;
}
