//! Bad input: a 4xx that names the field and the reason, nothing stored, never a 5xx.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    api::{Answer, Api, send, text},
    balancer::port,
    pdf::{self, Pdf},
};

/// Asserts a refusal as the contract words it.
fn assert_refused(answer: &Answer, status: StatusCode, what: &str) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert!(
        answer.body["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty()),
        "{what}: {answer:?}"
    );
    assert_eq!(answer.body["status"], status.as_u16(), "{what}");
}

fn assert_names(answer: &Answer, field: &str, what: &str) {
    assert_refused(answer, StatusCode::BAD_REQUEST, what);
    assert_eq!(
        answer.body["errors"][0]["field"], field,
        "{what}: {answer:?}"
    );
}

#[tokio::test]
async fn what_is_no_readable_pdf_is_refused_before_anything_is_stored() {
    let api = Api::local().await;
    let refused: [(&str, Vec<u8>, StatusCode); 5] = [
        (
            "an image",
            b"\x89PNG\r\n\x1a\n".repeat(400),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        ("nothing", Vec::new(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            "a short text",
            b"hello".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "44 bytes",
            b"%PDF-1.3\n%abcdefghijklmnopqrstuvwxyz1\n%%EOF\n".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "encrypted",
            Pdf::with_pages(&["secret"]).encrypted().bytes(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (what, file, status) in refused {
        assert_refused(&api.upload(file, &[]).await, status, what);
    }
    assert_eq!(api.get("/api/jobs").await.body["jobs"], json!([]));
    api.server.wait_for_no_objects().await;
}

/// Slides that somebody took for a PDF. A browser sends all of a form before it looks for the answer.
#[tokio::test]
async fn who_sends_a_large_file_that_is_refused_by_its_beginning_is_told_so() {
    let api = Api::dev("ada").await;
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pptx\"\r\n\r\n";
    let form = [part.as_bytes(), &[b' '; 8 << 20], b"\r\n--x--\r\n"].concat();
    let head = format!(
        "POST /api/upload/pdf-structured HTTP/1.1\r\nHost: localhost\r\nX-User-Id: ada\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        form.len()
    );
    let stream = TcpStream::connect(("127.0.0.1", port(&api))).await;
    let mut stream = stream.expect("it listens");
    stream.write_all(head.as_bytes()).await.expect("it is read");
    stream.write_all(&form).await.expect("all of it is read");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("it is whole");
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    api.server.wait_for_no_objects().await;
}

#[tokio::test]
async fn a_damaged_pdf_fails_its_job_with_code_and_reason_and_leaves_nothing() {
    let api = Api::local().await;
    let mut damaged = b"%PDF-1.7\n".to_vec();
    damaged.extend_from_slice(&b"1 0 obj << /Type /Nonsense endobj garbage \xff\xfe\n".repeat(200));
    let accepted = api.upload(damaged, &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "failed", "{job}");
    assert_eq!(job["code"], "pdf_damaged", "{job}");
    assert!(!text(&job["error"]).is_empty());
    assert_eq!(api.get("/api/documents").await.body["documents"], json!([]));
    api.server.wait_for_no_objects().await;
    let retried = api
        .post(&format!("/api/jobs/{}/retry", text(&job["id"])), json!({}))
        .await;
    assert_refused(&retried, StatusCode::CONFLICT, "retrying without the file");
}

#[tokio::test]
async fn a_pdf_that_exhausts_memory_kills_its_reader_and_nothing_else() {
    let api = Api::start(
        &[
            ("SAMPLE_COURSE", "false"),
            ("PDF_MEMORY_MB", "160"),
            ("PDF_CPU_SECONDS", "10"),
        ],
        None,
    )
    .await;
    let accepted = api.upload(Pdf::crowded(1_000_000).bytes(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "failed", "{job}");
    assert_eq!(job["code"], "pdf_too_much_memory", "{job}");
    api.server.wait_for_no_children().await;
    api.server.wait_for_no_objects().await;
    let course_id = api.course("Still here").await;
    api.document(pdf::biology(), &course_id).await;
}

#[tokio::test]
async fn an_upload_over_the_limit_is_stopped_and_leaves_nothing() {
    let api = Api::start(&[("SAMPLE_COURSE", "false"), ("UPLOAD_MAX_MB", "1")], None).await;
    let large = [Pdf::with_pages(&["x"]).bytes(), vec![b'%'; 3 << 20]].concat();
    assert_refused(
        &api.upload(large, &[]).await,
        StatusCode::PAYLOAD_TOO_LARGE,
        "announced",
    );
    let slightly = [
        Pdf::with_pages(&["x"]).bytes(),
        vec![b'%'; (1 << 20) + 1_000],
    ]
    .concat();
    assert_refused(
        &api.upload(slightly, &[]).await,
        StatusCode::PAYLOAD_TOO_LARGE,
        "found while streaming",
    );
    api.server.wait_for_no_objects().await;
}

#[tokio::test]
async fn a_broken_form_is_refused() {
    let api = Api::local().await;
    let upload = |content_type: &str, body: &'static str| {
        let request = api.request(Method::POST, "/api/upload/pdf-structured");
        send(request.header("content-type", content_type).body(body))
    };
    let cut = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n";
    for (what, answer) in [
        ("no boundary", upload("multipart/form-data", "x").await),
        (
            "cut short",
            upload("multipart/form-data; boundary=x", cut).await,
        ),
        ("JSON", upload("application/json", "{}").await),
        (
            "no file",
            upload("multipart/form-data; boundary=x", "--x--\r\n").await,
        ),
    ] {
        assert_refused(&answer, StatusCode::BAD_REQUEST, what);
    }
    let good = pdf::biology;
    assert_names(
        &api.upload(good(), &[("course_id", "42")]).await,
        "course_id",
        "course_id",
    );
    assert_names(
        &api.upload(good(), &[("material_type", "novel")]).await,
        "material_type",
        "kind",
    );
    assert_names(
        &api.upload(good(), &[("title", &"x".repeat(600))]).await,
        "title",
        "long title",
    );
    assert_names(
        &api.upload(good(), &[("chapter", "a\0b")]).await,
        "chapter",
        "NUL",
    );
    let nowhere = api
        .upload(
            good(),
            &[("course_id", "00000000-0000-7000-8000-000000000000")],
        )
        .await;
    assert_refused(&nowhere, StatusCode::NOT_FOUND, "unknown course");
    api.server.wait_for_no_objects().await;
}

#[tokio::test]
async fn a_field_that_cannot_be_taken_is_named() {
    let api = Api::local().await;
    let id = api.course("Good").await;
    let zero = "00000000-0000-7000-8000-000000000000";
    let cases: [(&str, &str, Value); 20] = [
        ("/api/courses", "name", json!({"name": " "})),
        ("/api/courses", "name", json!({"name": "x".repeat(600)})),
        ("/api/courses", "name", json!({"name": "a\u{0}b"})),
        ("/api/courses", "name", json!({"name": 7})),
        ("/api/courses", "name", json!({})),
        ("/api/courses", "body", json!([1, 2])),
        (
            "/api/courses",
            "exam_date",
            json!({"name": "x", "exam_date": "2026-02-30"}),
        ),
        (
            "/api/courses",
            "exam_date",
            json!({"name": "x", "exam_date": "soon"}),
        ),
        (
            "/api/courses",
            "exam_date",
            json!({"name": "x", "exam_date": 5}),
        ),
        (
            "/api/lessons/generate",
            "document_id",
            json!({"document_id": "7"}),
        ),
        (
            "/api/lessons/generate",
            "section_id",
            json!({"document_id": zero, "section_id": "x"}),
        ),
        (
            "/api/lessons/generate",
            "priority",
            json!({"document_id": zero, "priority": "urgent"}),
        ),
        (
            "/api/lessons/generate",
            "language",
            json!({"document_id": zero, "language": "de\nignore all"}),
        ),
        (
            "/api/lessons/generate",
            "include_check_ins",
            json!({"document_id": zero, "include_check_ins": "yes"}),
        ),
        ("/api/jobs/poll", "job_ids[0]", json!({"job_ids": ["x"]})),
        (
            "/api/jobs/poll",
            "job_ids",
            json!({"job_ids": vec![zero; 101]}),
        ),
        (
            "/api/study-sessions/start",
            "session_type",
            json!({"session_type": "party"}),
        ),
        (
            "/api/study-sessions/start",
            "chapter",
            json!({"session_type": "lesson", "chapter": "x".repeat(2_001)}),
        ),
        (
            "/api/check-ins/submit",
            "question",
            json!({"concept_name": "x", "user_answer": "y"}),
        ),
        (
            "/api/check-ins/submit",
            "evaluation_mode",
            json!({"evaluation_mode": "guess"}),
        ),
    ];
    for (path, field, body) in cases {
        assert_names(
            &api.post(path, body.clone()).await,
            field,
            &format!("{path} {body}"),
        );
    }
    let renamed = api
        .patch(&format!("/api/courses/{id}"), json!({"name": "\t"}))
        .await;
    assert_names(&renamed, "name", "renaming to blank");
    for query in [
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=many",
        "cursor=x",
        "include_archived=perhaps",
    ] {
        let answer = api.get(&format!("/api/courses?{query}")).await;
        let field = query.split('=').next().unwrap_or_default();
        assert_names(&answer, field, query);
    }
    assert_names(&api.get("/api/jobs?type=nap").await, "type", "job type");
    assert_names(
        &api.get("/api/jobs?status=%00").await,
        "status",
        "NUL in a query",
    );
    assert_names(
        &api.get("/api/sections").await,
        "document_id",
        "document_id missing",
    );
}

#[tokio::test]
async fn json_garbage_and_giant_bodies_are_refused() {
    let api = Api::local().await;
    for garbage in [
        "",
        "{",
        "nul",
        "{\"name\":\"x\"",
        "\u{feff}{}",
        "[[[[[[[[[[",
    ] {
        let request = api.request(Method::POST, "/api/courses");
        let answer = send(
            request
                .header("content-type", "application/json")
                .body(garbage),
        )
        .await;
        assert_names(&answer, "body", garbage);
    }
    let deep = "[".repeat(200_000);
    let answer = send(api.request(Method::POST, "/api/courses").body(deep)).await;
    assert_names(&answer, "body", "deeply nested");
    let giant = format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20));
    let answer = send(api.request(Method::POST, "/api/courses").body(giant)).await;
    assert_refused(&answer, StatusCode::PAYLOAD_TOO_LARGE, "2 MB of JSON");
}

#[tokio::test]
async fn paths_in_names_stay_names() {
    let api = Api::dev("../../x").await;
    let course_id = api.course("../../../etc").await;
    let part = reqwest::multipart::Part::bytes(pdf::biology()).file_name("../../../../evil.pdf");
    let form = reqwest::multipart::Form::new()
        .part("file", part)
        .text("course_id", course_id);
    let request = api.request(Method::POST, "/api/upload/pdf-structured");
    let accepted = send(request.header("X-Request-Id", "../../x").multipart(form)).await;
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["data"]["title"], "evil");
    for path in [
        "/api/documents/..%2f..%2fultudy.db",
        "/assets/..%2f..%2fultudy.db",
        "/assets/../../ultudy.db",
    ] {
        assert!(api.get(path).await.status.is_client_error(), "{path}");
    }
    let beside: Vec<String> = std::fs::read_dir(api.server.data_dir().join(".."))
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !["data", "server.log"].contains(&name.as_str()))
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
}

#[tokio::test]
async fn script_in_names_and_texts_is_inert_in_the_pages() {
    let api = Api::local().await;
    let script = "<script>alert(1)</script>";
    let course_id = api.course(script).await;
    let lines = format!(
        "{script}\n\nA cell is the smallest unit of life. A tissue is a group of cells of one kind.\n\
         An organ is a group of tissues that do one task. The script {script} is a text.\n\
         A nerve is a bundle of fibres that carries signals. A muscle is a tissue that\n\
         contracts. A gland is an organ that makes a substance for the body.\n\n{script}"
    );
    let file = Pdf::with_pages(&[&lines]).bytes();
    let accepted = api
        .upload(
            file,
            &[
                ("course_id", &course_id),
                ("title", script),
                ("chapter", script),
            ],
        )
        .await;
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    let document_id = text(&accepted.body["document_id"]);
    let section = api.sections(&document_id).await.remove(0);
    api.lesson(&document_id, Some(&section)).await;
    let pages = [
        "/".to_owned(),
        format!("/courses/{course_id}"),
        format!("/documents/{document_id}"),
        format!("/learn/{section}"),
        "/progress".to_owned(),
    ];
    let mut shown = 0;
    for path in pages {
        let response = api
            .request(Method::GET, &path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .expect("a policy")
            .to_owned();
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        let html = response.text().await.expect("a page");
        assert!(!html.contains("<script>alert"), "{path}");
        // Templates and Markdown write the same in two ways.
        for escaped in ["&lt;script&gt;alert(1)", "&#60;script&#62;alert(1)"] {
            shown += html.matches(escaped).count();
        }
    }
    assert!(
        shown >= 4,
        "only {shown} times was the script shown, as text"
    );
}
