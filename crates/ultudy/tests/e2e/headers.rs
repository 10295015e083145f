//! Hosts, origins, ids and caching, as browsers see them.

use reqwest::{Method, StatusCode};

use crate::{
    api::{Api, send, text},
    pdf,
};

#[tokio::test]
async fn other_sites_cannot_reach_the_local_server_through_the_browser() {
    let api = Api::local().await;
    for (name, value) in [
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
    ] {
        for path in ["/api/courses", "/"] {
            let answer = send(api.request(Method::GET, path).header(name, value)).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{name}: {value} {path}"
            );
        }
    }
    let refused = api.request(Method::GET, "/").header("host", "evil.example");
    let page = refused.send().await.expect("an answer");
    assert_eq!(
        page.headers()["content-type"],
        "text/html; charset=utf-8",
        "a person is told by a page"
    );
    let own = api.server.base_url();
    assert_eq!(
        send(
            api.request(Method::GET, "/api/courses")
                .header("origin", own)
        )
        .await
        .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_original_front_end_may_ask_from_its_own_origin() {
    let api = Api::local().await;
    let preflight = api
        .request(Method::OPTIONS, "/api/upload/pdf-structured")
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    let response = preflight.send().await.expect("an answer");
    assert!(response.status().is_success());
    assert_eq!(
        response.headers()["access-control-allow-origin"],
        "http://localhost:3000"
    );
    let allowed = response.headers()["access-control-allow-headers"]
        .to_str()
        .expect("text")
        .to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    let token = api
        .request(Method::GET, "/api/courses")
        .header("authorization", "Bearer not.a.token");
    assert_eq!(
        send(token).await.status,
        StatusCode::OK,
        "a token it cannot verify is ignored"
    );
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_api_is_never_cached() {
    let api = Api::local().await;
    for path in [
        "/api/courses",
        "/api/courses/x",
        "/api/nothing",
        "/health",
        "/",
    ] {
        let response = api
            .request(Method::GET, path)
            .send()
            .await
            .expect("an answer");
        assert!(response.headers().contains_key("x-request-id"), "{path}");
        if path.starts_with("/api") {
            assert_eq!(
                response.headers()["cache-control"],
                "private, no-cache",
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_lesson_is_not_sent_twice_and_a_file_comes_in_ranges() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    api.lesson(&document_id, Some(&section)).await;
    let path = format!("/api/lessons?section_id={section}");
    let first = api
        .request(Method::GET, &path)
        .send()
        .await
        .expect("an answer");
    let etag = first.headers()["etag"].clone();
    let second = api
        .request(Method::GET, &path)
        .header("if-none-match", etag)
        .send()
        .await
        .expect("an answer");
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);

    let file = format!("/api/documents/{document_id}/file");
    let whole = api
        .request(Method::GET, &file)
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("bytes");
    assert_eq!(whole, pdf::biology());
    let part = api
        .request(Method::GET, &file)
        .header("range", "bytes=5-9")
        .send()
        .await
        .expect("an answer");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 5-9/{}", whole.len())
    );
    assert_eq!(part.bytes().await.expect("bytes"), whole[5..10]);
    let beyond = api
        .request(Method::GET, &file)
        .header("range", "bytes=99999999-")
        .send()
        .await
        .expect("an answer");
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn health_says_what_it_asked() {
    let api = Api::local().await;
    for path in [
        "/health",
        "/health/live",
        "/health/ready",
        "/db/health",
        "/api/health",
        "/api/health/ready",
    ] {
        let answer = api.get(path).await;
        assert_eq!(
            (answer.status, &answer.body["ok"]),
            (StatusCode::OK, &true.into()),
            "{path}"
        );
        assert_eq!(text(&answer.body["service"]), "ultudy");
    }
}

#[tokio::test]
async fn an_answer_is_a_line_in_the_log_and_what_went_wrong_names_its_request() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    std::fs::remove_dir_all(api.server.data_dir().join("objects")).expect("the files go");
    let path = format!("/api/documents/{document_id}/file");
    let asked = api.request(Method::GET, &format!("{path}?q=my+secret"));
    let response = asked.header("x-request-id", "lost-1").send().await;
    let response = response.expect("an answer");
    let status = response.status();
    assert!(status.is_server_error(), "{status}");
    assert_eq!(response.headers()["x-request-id"], "lost-1");

    let line = format!(
        "id=lost-1 method=GET path={path} status={} us=",
        status.as_u16()
    );
    let log = api.server.logged(&line).await;
    let said = |said: &&str| said.contains("request_id=lost-1") && !said.contains(" INFO ");
    assert!(log.lines().any(|line| said(&line)), "{log}");
    assert!(!log.contains("secret"), "{log}");
    let ids = log.matches("request_id=").count();
    assert_eq!(ids, log.matches("request_id=lost-1").count(), "{log}");
}
