//! Limits by the minute as clients meet them: exactly so many, told in headers, and what costs
//! nothing is not counted.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use reqwest::{Method, Response, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use ultudy_testkit::{llm::Answer, wait};

use crate::{
    api::{Api, PATIENCE, text},
    fleet::Fleet,
    metrics,
    model::Class,
    pdf::{self, Pdf},
};

/// The limits as they are when nothing is set.
const DEFAULTS: [(&str, &str); 3] = [
    ("AUTH_MODE", "dev"),
    ("LESSON_JOBS_PER_MINUTE", "10"),
    ("UPLOAD_JOBS_PER_MINUTE", "5"),
];

async fn limited(user: &str) -> Api {
    Api::start(&DEFAULTS, Some(user)).await
}

/// A document of twenty sections: parts of twelve pages.
async fn twenty_sections(api: &Api) -> (String, Vec<String>) {
    let course_id = api.course("Biology").await;
    let page = "A cell is the smallest unit of life. A tissue is a group of cells of one kind.";
    let file = Pdf::with_pages(&[page; 240]).bytes();
    let document_id = api.document(file, &course_id).await;
    let sections = api.sections(&document_id).await;
    assert_eq!(sections.len(), 20);
    (document_id, sections)
}

/// A document of one section, from which a lesson can be made.
async fn cells(api: &Api) -> (String, String) {
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    (document_id, section)
}

/// Instead of a section's id: the whole document.
const WHOLE: &str = "";

async fn ask(api: &Api, document_id: &str, section_id: &str) -> Response {
    let body = json!({"document_id": document_id, "section_id": section_id});
    let request = api.request(Method::POST, "/api/lessons/generate");
    request.json(&body).send().await.expect("an answer")
}

fn number(headers: &HeaderMap, name: &str) -> u64 {
    let value = headers.get(name).unwrap_or_else(|| panic!("no {name}"));
    value.to_str().expect("plain").parse().expect("a number")
}

fn is_told(answer: &Response, most: u64) -> bool {
    number(answer.headers(), "x-ratelimit-limit") == most
        && number(answer.headers(), "x-ratelimit-remaining") < most
        && number(answer.headers(), "x-ratelimit-reset") > 1_700_000_000
}

async fn problem(answer: Response) -> Value {
    let kind = answer.headers()["content-type"].clone();
    assert_eq!(kind, "application/problem+json");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn of_twenty_lessons_asked_for_at_once_exactly_ten_are_made_and_waiting_as_told_is_enough() {
    let api = limited("ada").await;
    let (document_id, sections) = twenty_sections(&api).await;
    let asked = sections
        .iter()
        .map(|section| ask(&api, &document_id, section));
    let answers = join_all(asked).await;
    assert!(answers.iter().all(|answer| is_told(answer, 10)));
    let (admitted, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .zip(&sections)
        .partition(|(answer, _)| answer.status() == StatusCode::OK);
    assert_eq!(admitted.len(), 10);
    let mut left: Vec<u64> = admitted
        .iter()
        .map(|(answer, _)| number(answer.headers(), "x-ratelimit-remaining"))
        .collect();
    left.sort_unstable();
    assert_eq!(left, (0..10).collect::<Vec<_>>());
    let mut waits = Vec::new();
    for (answer, _) in refused {
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(number(answer.headers(), "x-ratelimit-remaining"), 0);
        waits.push(number(answer.headers(), "retry-after"));
        let problem = problem(answer).await;
        assert!(
            text(&problem["error"]).contains("At most 10 lessons"),
            "{problem}"
        );
    }

    let refused = sections
        .iter()
        .find(|section| !admitted.iter().any(|(_, one)| one == section));
    let refused = refused.expect("one that was refused");
    // Another user is not concerned.
    let other = api.request_as(Some("eve"), Method::POST, "/api/lessons/generate");
    let body = json!({"document_id": document_id, "section_id": refused});
    let other = crate::api::send(other.json(&body)).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);

    let wait = ask(&api, &document_id, refused).await;
    let wait = number(wait.headers(), "retry-after");
    assert!(waits.iter().all(|told| (1..=60).contains(told)) && wait <= 60);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let admitted = ask(&api, &document_id, refused).await;
    assert_eq!(admitted.status(), StatusCode::OK, "{}", api.server.log());
}

#[tokio::test]
async fn what_is_there_or_under_way_is_not_counted_however_often_it_is_asked_for() {
    let api = limited("ada").await;
    let (document_id, section) = cells(&api).await;
    // Asked all at once: one job, one place.
    let asked = (0..30).map(|_| ask(&api, &document_id, &section));
    let mut jobs = BTreeSet::new();
    for answer in join_all(asked).await {
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Value = answer.json().await.expect("JSON");
        // Whoever comes last may find the lesson.
        match body["job_id"].is_string() {
            true => {
                jobs.insert(text(&body["job_id"]));
            }
            false => assert!(body["concepts"].is_array(), "{body}"),
        }
    }
    assert_eq!(jobs.len(), 1);
    let job = jobs.pop_first().expect("one");
    assert_eq!(api.ended(&job).await["status"], "completed");
    for _ in 0..30 {
        let answer = ask(&api, &document_id, &section).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(!answer.headers().contains_key("x-ratelimit-limit"));
    }
    // Nor is what is refused.
    for _ in 0..30 {
        let unknown = ask(&api, &document_id, &document_id).await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    }
    let next = ask(&api, &document_id, WHOLE).await;
    assert_eq!(number(next.headers(), "x-ratelimit-remaining"), 8);
}

#[tokio::test]
async fn a_lesson_deleted_and_asked_for_again_counts() {
    let api = limited("ada").await;
    let (document_id, section) = cells(&api).await;
    for left in (7..10).rev() {
        let asked = ask(&api, &document_id, &section).await;
        assert_eq!(number(asked.headers(), "x-ratelimit-remaining"), left);
        let body: Value = asked.json().await.expect("JSON");
        api.ended(&text(&body["job_id"])).await;
        let lesson = ask(&api, &document_id, &section).await;
        let lesson: Value = lesson.json().await.expect("JSON");
        let path = format!("/api/lessons/{}", text(&lesson["id"]));
        assert_eq!(api.delete(&path).await.status, StatusCode::OK);
    }
}

/// The model holds its answer, so that the job is there to be cancelled.
#[tokio::test]
async fn a_job_that_is_tried_again_counts_unless_it_is_not_to_be_tried_again() {
    let class = Class::start(1, &DEFAULTS[1..]).await;
    class.llm.answers(Answer::HeldLesson);
    let job_id = class.ask(0).await;
    let cancel = format!("/api/jobs/{job_id}/cancel");
    let cancelled = class.api.post(&cancel, json!({})).await;
    assert_eq!(cancelled.body["code"], "cancelled", "{cancelled:?}");
    let retry = format!("/api/jobs/{job_id}/retry");
    let retry = async || {
        let request = class.api.request(Method::POST, &retry);
        request.send().await.expect("an answer")
    };
    class.llm.answers(Answer::Lesson);
    let retried = retry().await;
    assert_eq!(retried.status(), StatusCode::OK);
    assert_eq!(number(retried.headers(), "x-ratelimit-remaining"), 8);
    assert_eq!(class.api.ended(&job_id).await["status"], "completed");
    assert_eq!(retry().await.status(), StatusCode::CONFLICT);
}

async fn send_file(api: &Api, file: Vec<u8>) -> Response {
    let part = reqwest::multipart::Part::bytes(file).file_name("notes.pdf");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = api.request(Method::POST, "/api/upload/pdf-structured");
    request.multipart(form).send().await.expect("an answer")
}

#[tokio::test]
async fn five_uploads_a_minute_and_those_that_are_refused_are_not_counted() {
    let api = limited("ada").await;
    for _ in 0..6 {
        let refused = send_file(&api, b"no PDF at all".to_vec()).await;
        assert_eq!(refused.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let asked = (0..8).map(|_| send_file(&api, pdf::biology()));
    let answers = join_all(asked).await;
    assert!(answers.iter().all(|answer| is_told(answer, 5)));
    let admitted = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK);
    assert_eq!(admitted.count(), 5);
    for answer in answers {
        if answer.status() != StatusCode::OK {
            assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
            let wait = number(answer.headers(), "retry-after");
            assert!((1..=60).contains(&wait), "{wait}");
            let problem = problem(answer).await;
            assert!(
                text(&problem["error"]).contains("At most 5 files"),
                "{problem}"
            );
        }
    }
    // Nothing of what was refused is kept.
    let documents = api.get("/api/jobs?type=upload_pdf").await.body;
    assert_eq!(documents["jobs"].as_array().map(Vec::len), Some(5));
    api.server.wait_for_objects(1).await;
}

#[tokio::test]
async fn of_ten_files_sent_to_two_servers_at_once_exactly_five_are_taken() {
    let fleet = Fleet::start(&DEFAULTS).await;
    let [one, other] = &fleet.servers;
    let sent = (0..10).map(|number| {
        let api = if number % 2 == 0 { one } else { other };
        send_file(api, pdf::biology())
    });
    let mut taken = 0;
    for answer in join_all(sent).await {
        assert!(is_told(&answer, 5), "{answer:?}");
        match answer.status() {
            StatusCode::OK => taken += 1,
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    assert_eq!(taken, 5);
}

/// What is announced is reserved: nobody sends a sixth file to hear at its end that it was in vain.
#[tokio::test]
async fn five_files_that_are_only_announced_have_the_sixth_refused() {
    let api = limited("ada").await;
    let address = api.server.base_url().trim_start_matches("http://");
    let head = format!(
        "POST /api/upload/pdf-structured HTTP/1.1\r\nHost: {address}\r\nX-User-Id: ada\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
    );
    let mut announced = Vec::new();
    for _ in 0..5 {
        let mut connection = TcpStream::connect(address).await.expect("it listens");
        connection.write_all(head.as_bytes()).await.expect("sent");
        announced.push(connection);
    }
    let reserved = "ultudy_limiter_decisions_total{kind=\"upload_jobs\",decision=\"allowed\"}";
    let all = wait::until("all are reserved", PATIENCE, async || {
        metrics::number(&metrics::scrape(&api).await, reserved) == Some(5.0)
    });
    all.await.expect("they are");
    let sixth = send_file(&api, pdf::biology()).await;
    assert_eq!(sixth.status(), StatusCode::TOO_MANY_REQUESTS);
    // Who goes away without having sent anything has used nothing up.
    drop(announced);
    let free = wait::for_some("their places are free again", PATIENCE, async || {
        let taken = send_file(&api, pdf::biology()).await;
        (taken.status() == StatusCode::OK).then_some(taken)
    });
    let taken = free.await.expect("they are");
    assert!(is_told(&taken, 5), "{taken:?}");
}

/// What the database refuses has cost its student nothing.
#[tokio::test]
async fn what_could_not_be_stored_is_not_counted() {
    let fleet = Fleet::start(&DEFAULTS).await;
    let [api, _] = &fleet.servers;
    let (document_id, section) = cells(api).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no jobs today'; END $$;
        CREATE TRIGGER refused BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION refuse()";
    fleet.ground.database.sql(refuse).expect("it runs");
    for _ in 0..12 {
        let failed = ask(api, &document_id, &section).await;
        assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
    for _ in 0..6 {
        let failed = send_file(api, pdf::biology()).await;
        assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
    let mended = "DROP TRIGGER refused ON jobs";
    fleet.ground.database.sql(mended).expect("it runs");
    let asked = ask(api, &document_id, &section).await;
    assert_eq!(number(asked.headers(), "x-ratelimit-remaining"), 9);
    // One file was taken before.
    let sent = send_file(api, pdf::biology()).await;
    assert_eq!(number(sent.headers(), "x-ratelimit-remaining"), 3);
}

/// Redis away: by the process alone, which says so.
#[tokio::test]
async fn a_limit_that_is_counted_alone_is_told_of() {
    let mut fleet = Fleet::start(&DEFAULTS).await;
    fleet.ground.redis.kill().expect("it dies");
    let [api, _] = &fleet.servers;
    let sent = (0..7).map(|_| send_file(api, pdf::biology()));
    let taken = join_all(sent).await;
    let taken = taken
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK);
    assert_eq!(taken.count(), 5);
    let told = metrics::scrape(api).await;
    let alone = metrics::number(&told, "ultudy_limiter_alone_total");
    assert!(alone >= Some(7.0), "{told}");
    api.server.logged("counts limits by itself").await;
}

#[tokio::test]
async fn without_limits_nothing_is_counted_and_nothing_told() {
    let settings = [&DEFAULTS[..], &[("ENABLE_RATE_LIMITING", "false")]].concat();
    let api = Api::start(&settings, Some("ada")).await;
    for _ in 0..6 {
        let accepted = send_file(&api, pdf::biology()).await;
        assert_eq!(accepted.status(), StatusCode::OK);
        assert!(!accepted.headers().contains_key("x-ratelimit-limit"));
    }
}

#[tokio::test]
async fn the_openapi_document_tells_of_limits() {
    let api = Api::local().await;
    let document = api.get("/api/openapi.json").await.body;
    for path in [
        "/api/lessons/generate",
        "/api/upload/pdf-structured",
        "/api/jobs/{id}/retry",
    ] {
        let responses = &document["paths"][path]["post"]["responses"];
        for status in ["200", "429"] {
            for header in [
                "X-RateLimit-Limit",
                "X-RateLimit-Remaining",
                "X-RateLimit-Reset",
            ] {
                assert!(
                    responses[status]["headers"][header].is_object(),
                    "{path} {status} {header}"
                );
            }
        }
        assert!(responses["429"]["headers"]["Retry-After"].is_object());
    }
}

#[tokio::test]
async fn a_user_who_asks_without_end_is_refused_and_nobody_else_is() {
    let settings = [
        ("AUTH_MODE", "accounts"),
        ("USER_REQUESTS_PER_MINUTE", "20"),
    ];
    let mut api = Api::start(&settings, Some("ada")).await;
    api.sign_up("ada").await;
    let mut told = Vec::new();
    for _ in 0..20 {
        let answer = api
            .request(Method::GET, "/api/courses")
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        told.push(number(answer.headers(), "x-ratelimit-remaining"));
    }
    assert_eq!(told, (0..20).rev().collect::<Vec<_>>());
    let refused = api
        .request(Method::GET, "/api/courses")
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!((1..=60).contains(&number(refused.headers(), "retry-after")));
    assert!(is_told(&refused, 20));
    // A poller is not cut off, and a page says it to a person.
    let poll = api.get(&format!("/api/jobs/{}", uuid::Uuid::nil())).await;
    assert_eq!(poll.status, StatusCode::NOT_FOUND);
    let page = api
        .request(Method::GET, "/")
        .send()
        .await
        .expect("an answer");
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(is_told(&page, 20));
    assert!(
        page.text()
            .await
            .expect("a page")
            .contains("Please try again in")
    );

    api.sign_up("eve").await;
    api.ask_as("eve");
    assert_eq!(api.get("/api/courses").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_asks_without_end_is_refused_and_no_other_is() {
    let settings = [
        ("AUTH_MODE", "accounts"),
        ("ADDRESS_REQUESTS_PER_MINUTE", "5"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let api = Api::start(&settings, None).await;
    let from = async |address: &str, path: &str| {
        let request = api.request_as(None, Method::GET, path);
        let answer = request.header("x-forwarded-for", address).send().await;
        answer.expect("an answer").status()
    };
    for number in 0..5 {
        // One network of IPv6 is one address.
        let address = format!("2001:db8::{number}");
        assert_eq!(
            from(&address, "/api/courses").await,
            StatusCode::UNAUTHORIZED
        );
    }
    assert_eq!(
        from("2001:db8::9", "/api/courses").await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(from("2001:db8::9", "/health").await, StatusCode::OK);
    assert_eq!(
        from("2001:db8:0:1::", "/api/courses").await,
        StatusCode::UNAUTHORIZED
    );
    for _ in 0..9 {
        let here = api
            .request_as(None, Method::GET, "/api/courses")
            .send()
            .await;
        assert_eq!(here.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    }
}

/// Asks for these lessons all at once, the one server and the other in turn.
async fn ask_in_turn(fleet: &Fleet, document_id: &str, sections: &[String]) -> Vec<Response> {
    let servers = fleet.servers.iter().cycle();
    let asked = servers
        .zip(sections)
        .map(|(api, section)| ask(api, document_id, section));
    join_all(asked).await
}

#[tokio::test]
async fn of_twenty_lessons_asked_for_over_two_servers_exactly_ten_are_made() {
    let fleet = Fleet::start(&[("LESSON_JOBS_PER_MINUTE", "10")]).await;
    let (document_id, sections) = twenty_sections(&fleet.servers[0]).await;
    let answers = ask_in_turn(&fleet, &document_id, &sections).await;
    assert!(answers.iter().all(|answer| is_told(answer, 10)));
    let admitted = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK);
    assert_eq!(admitted.count(), 10);
}

#[tokio::test]
async fn the_same_lesson_asked_for_over_two_servers_at_once_takes_one_place() {
    let fleet = Fleet::start(&[("LESSON_JOBS_PER_MINUTE", "1")]).await;
    let (document_id, section) = cells(&fleet.servers[0]).await;
    let same = vec![section; 20];
    for answer in ask_in_turn(&fleet, &document_id, &same).await {
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let next = ask(&fleet.servers[1], &document_id, WHOLE).await;
    assert_eq!(next.status(), StatusCode::TOO_MANY_REQUESTS);
}
