//! Processes whose machines' clocks are an hour off, by `libfaketime`: they see another time of day,
//! and time goes by for them as for all.

use std::{fs, path::PathBuf, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use ultudy_testkit::wait;

use crate::{
    accounts::{me, sign_in},
    api::{Api, PASSWORD, PATIENCE, text},
    fleet::Ground,
    jobs::processing,
    metrics::{number, scrape},
    model,
    pdf::{self, Pdf},
};

const HOUR: f64 = 3_600.0;
/// How far clocks may be apart that are not off.
const A_LITTLE: f64 = 5.0;
const UPLOADS: usize = 4;

/// The library, wherever Debian has put it for this processor.
fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("a folder").flatten();
    let mut places = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    places
        .find(|place| place.exists())
        .expect("Debian's package libfaketime is installed")
}

/// A process whose clock is off by this, such as `+1h`.
async fn off(ground: &Ground, by: &str, command: &str, settings: &[(&str, &str)]) -> Api {
    let library = library().display().to_string();
    let faked = [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME", by),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        // Files' times are those of the machine that keeps them.
        ("NO_FAKE_STAT", "1"),
    ];
    ground
        .process(&[command], &[settings, &faked].concat())
        .await
}

/// The numbers tell by how much it is off, and the log whether.
async fn tells_of_its_clock(api: &Api, ahead: f64) {
    for (against, whose) in [("database", "the database's"), ("redis", "Redis'")] {
        let name = format!("ultudy_clock_skew_seconds{{against=\"{against}\"}}");
        let told = wait::for_some("the clock is compared", PATIENCE, async || {
            number(&scrape(api).await, &name)
        });
        let told = told.await.expect("a number");
        assert!((told - ahead).abs() < A_LITTLE, "{against}: {told}");
        let way = match ahead {
            0.0 => {
                let log = api.server.log();
                assert!(!log.contains("this machine's clock"), "{log}");
                continue;
            }
            ahead if ahead > 0.0 => "ahead of",
            _ => "behind",
        };
        api.server
            .logged(&format!(" s {way} {whose} clock: "))
            .await;
    }
}

/// Whether a job ran once, at the first try, by this worker.
async fn ran_once(api: &Api, ground: &Ground, job_id: &str, by: &str) {
    let job = api.ended(job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    let row = format!("SELECT worker_id, attempt, lost FROM jobs WHERE id = '{job_id}'");
    let row = ground.database.sql(&row).expect("it runs");
    assert_eq!(row.trim(), format!("{by}|0|0"));
}

#[tokio::test]
async fn jobs_run_once_and_at_once_though_clocks_are_an_hour_off() {
    for (at_api, at_worker, sign) in [("+1h", "-1h", 1.0), ("-1h", "+1h", -1.0)] {
        let ground = Ground::start();
        let wrong_api = off(&ground, at_api, "api", &[]).await;
        let wrong_worker = off(&ground, at_worker, "worker", &[("WORKER_ID", "wrong")]).await;
        let right_api = ground.process(&["api"], &[]).await;
        tells_of_its_clock(&wrong_api, sign * HOUR).await;
        tells_of_its_clock(&wrong_worker, -sign * HOUR).await;

        // Under the eyes of a worker that looks for what nobody works on any more.
        let pages = ["A cell is the smallest unit of life."; 200];
        let file = Pdf::with_pages(&pages).bytes();
        let accepted = right_api.upload(file, &[]).await;
        let long = text(&accepted.body["job_id"]);
        processing(&right_api, &long).await;
        let right = [("WORKER_ID", "right")];
        let right_worker = ground.process(&["worker"], &right).await;
        tells_of_its_clock(&right_worker, 0.0).await;
        ran_once(&right_api, &ground, &long, "wrong").await;

        // They know of each other, whatever their clocks say.
        let seen =
            "SELECT count(*) FROM workers WHERE abs(extract(epoch FROM now() - seen_at)) < 60";
        assert_eq!(ground.database.sql(seen).expect("it runs").trim(), "2");

        let apis = [&wrong_api, &right_api];
        let course_id = right_api.course("Biology").await;
        let fields = [("course_id", course_id.as_str())];
        let mut asked = Vec::new();
        for number in 0..UPLOADS {
            let accepted = apis[number % 2].upload(pdf::biology(), &fields).await;
            assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
            asked.push(accepted.body);
        }
        for (number, accepted) in asked.iter().enumerate() {
            let job = apis[number % 2].ended(&text(&accepted["job_id"])).await;
            assert_eq!(job["status"], "completed", "{job}");
            let section = apis[1 - number % 2]
                .sections(&text(&accepted["document_id"]))
                .await
                .remove(0);
            let document_id = text(&accepted["document_id"]);
            let lesson = apis[number % 2].lesson(&document_id, Some(&section)).await;
            assert!(lesson["concepts"].is_array(), "{lesson}");
        }
        let counted =
            "SELECT count(*), sum(attempt), sum(lost), bool_and(status = 'completed') FROM jobs";
        let counted = ground.database.sql(counted).expect("it runs");
        assert_eq!(counted.trim(), format!("{}|0|0|t", 1 + 2 * UPLOADS));
        let documents = "SELECT count(*), count(DISTINCT id) FROM documents";
        let documents = ground.database.sql(documents).expect("it runs");
        assert_eq!(documents.trim(), format!("{0}|{0}", 1 + UPLOADS));
        tells_of_its_clock(&right_api, 0.0).await;
    }
}

/// Whether this server lets in who shows that.
async fn lets_in(api: &Api, cookie: &str) -> bool {
    me(api, cookie).await.status == StatusCode::OK
}

#[tokio::test]
async fn sessions_and_limits_hold_between_servers_whose_clocks_are_hours_apart() {
    /// Lessons a minute.
    const MOST: usize = 4;
    let ground = Ground::start();
    let most = MOST.to_string();
    let settings = [("AUTH_MODE", "accounts"), ("LESSON_JOBS_PER_MINUTE", &most)];
    let mut right = ground.process(&["api"], &settings).await;
    let ahead = off(&ground, "+1h", "api", &settings).await;
    let behind = off(&ground, "-1h", "api", &settings).await;
    let _worker = ground.process(&["worker"], &[]).await;
    right.sign_up("ada").await;

    let servers = [&right, &ahead, &behind];
    for made_at in servers {
        let cookie = sign_in(made_at, "ada", PASSWORD).await.expect("a cookie");
        for shown_at in servers {
            assert!(lets_in(shown_at, &cookie).await);
        }
        let out = json!({});
        let request = made_at.request_as(None, Method::POST, "/api/auth/sign-out");
        let request = request
            .header("cookie", &cookie)
            .header("origin", made_at.base_url());
        let answer = request.json(&out).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        for shown_at in servers {
            wait::until("the session has ended everywhere", PATIENCE, async || {
                !lets_in(shown_at, &cookie).await
            })
            .await
            .expect("it has");
        }
    }

    let course_id = right.course("Biology").await;
    let document_id = right.document(model::book(MOST + 1), &course_id).await;
    let sections = right.sections(&document_id).await;
    let cookie = sign_in(&right, "ada", PASSWORD).await.expect("a cookie");
    let ask = async |api: &Api, section_id: &str| {
        let body = json!({"document_id": document_id, "section_id": section_id});
        let request = api.request_as(None, Method::POST, "/api/lessons/generate");
        let request = request
            .header("cookie", &cookie)
            .header("origin", api.base_url());
        let answer = request.json(&body).send().await.expect("an answer");
        let wait = answer.headers().get("retry-after");
        let wait = wait.and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
        let status = answer.status();
        (status, wait, answer.json::<Value>().await.expect("JSON"))
    };
    for (number, section_id) in sections.iter().take(MOST).enumerate() {
        let (status, _, said) = ask(servers[number % 3], section_id).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }
    for api in servers {
        let (status, wait, said) = ask(api, &sections[MOST]).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{said}");
        let minute = Duration::from_mins(1).as_secs();
        assert!(wait.is_some_and(|wait| wait <= minute), "{wait:?}: {said}");
    }
}
