//! What a process tells of itself as numbers.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    process::Command,
};

use reqwest::{Method, StatusCode, header::ACCEPT};
use serde_json::{Value, json};
use ultudy_testkit::{process::ChildProcess, wait};

use crate::{
    api::{Api, PATIENCE, text},
    asking::Events,
    fleet::{Fleet, Ground},
    lesson_cache, pdf,
};

const EXPLAINED: &str = include_str!("../../../../docs/metrics.md");

pub async fn scrape(api: &Api) -> String {
    let answer = api.request(Method::GET, "/metrics").send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let kind = answer.headers()["content-type"].to_str().expect("text");
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    answer.text().await.expect("text")
}

pub async fn as_json(api: &Api) -> Value {
    let request = api.request(Method::GET, "/metrics");
    let answer = request.header(ACCEPT, "application/json").send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

/// The number that stands behind a name with its labels.
pub fn number(scraped: &str, name: &str) -> Option<f64> {
    let line = scraped
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line?.parse().ok()
}

/// A value for each line that holds one, each metric told its kind before, no name twice.
fn names(scraped: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for line in scraped.lines().filter(|line| !line.is_empty()) {
        if let Some(of) = line.strip_prefix("# TYPE ") {
            let name = of.split(' ').next().expect("a name");
            assert!(names.insert(name), "{name} twice");
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let told = |name: &&str| series.starts_with(*name);
            assert!(names.iter().any(told), "{series} before its kind");
        }
    }
    names
}

#[tokio::test]
async fn studying_shows_in_the_numbers_and_every_number_is_explained() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    let own_words = json!({
        "check_in_id": lesson["concepts"][0]["check_ins"][0]["id"], "answer": "A cell.",
        "evaluation_mode": "llm",
    });
    let graded = api.post("/api/check-ins/submit", own_words).await;
    assert_eq!(graded.status, StatusCode::OK, "{graded:?}");
    let question = json!({"document_id": document_id, "question": "What is a cell?"});
    Events::of(&api, "/api/ask", question).await.done().await;
    let read = format!("/api/lessons?section_id={section}");
    assert_eq!(api.get(&read).await.status, StatusCode::OK);
    assert_eq!(api.get("/api/nonsense").await.status, StatusCode::NOT_FOUND);
    let text = api.upload(b"no PDF at all".to_vec(), &[]).await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let scraped = scrape(&api).await;
    for queue in ["upload-processing", "lesson-generation"] {
        for (name, expected) in [
            (
                format!(
                    "ultudy_job_duration_seconds_count{{queue=\"{queue}\",outcome=\"completed\"}}"
                ),
                1.0,
            ),
            (
                format!("ultudy_job_wait_seconds_count{{queue=\"{queue}\"}}"),
                1.0,
            ),
            (
                format!("ultudy_queue_jobs{{queue=\"{queue}\",state=\"completed\"}}"),
                1.0,
            ),
            (
                format!("ultudy_queue_jobs{{queue=\"{queue}\",state=\"waiting\"}}"),
                0.0,
            ),
            (format!("ultudy_jobs_running{{queue=\"{queue}\"}}"), 0.0),
        ] {
            assert_eq!(number(&scraped, &name), Some(expected), "{name}\n{scraped}");
        }
    }
    let answers = "ultudy_http_request_duration_seconds_count";
    for (labels, least) in [
        (r#"{method="GET",route="/api/lessons",status="200"}"#, 1.0),
        (
            r#"{method="POST",route="/api/upload/pdf-structured",status="415"}"#,
            1.0,
        ),
        (r#"{method="GET",route="/api/jobs/{id}",status="200"}"#, 2.0),
    ] {
        let count = number(&scraped, &format!("{answers}{labels}"));
        assert!(count >= Some(least), "{labels}: {count:?}\n{scraped}");
    }
    assert!(
        !scraped.contains("nonsense"),
        "a route for each unknown path"
    );
    assert!(!scraped.contains(&section), "a route for each id");

    let explained: BTreeSet<&str> = EXPLAINED
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let unexplained: Vec<_> = names(&scraped)
        .into_iter()
        .filter(|name| !explained.contains(name))
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    for name in &explained {
        // What takes a fault, or another process, to be there.
        let rare = [
            "_failed_total",
            "_alone_total",
            "_withheld_total",
            "_not_told_total",
            "_put_back_total",
            "_namesakes",
            "_log_messages_total",
            "_log_lines_dropped_total",
            "_reads_broken_total",
            "_words_only_total",
            "_codes_bytes",
            "_codes_reads_total",
        ];
        assert!(
            scraped.contains(name)
                || [
                    "ultudy_redis_",
                    "ultudy_clock_",
                    "ultudy_model_",
                    "ultudy_llm_batch",
                    "ultudy_embedding_",
                    "ultudy_budget_",
                ]
                .iter()
                .any(|of_what_is_not_there| name.starts_with(of_what_is_not_there))
                || rare.iter().any(|rare| name.ends_with(rare)),
            "{name} is explained but not there"
        );
    }

    let object = as_json(&api).await;
    for queue in ["upload", "lesson"] {
        let counts = &object["queue"][queue];
        for (state, expected) in [
            ("waiting", 0),
            ("active", 0),
            ("delayed", 0),
            ("completed", 1),
            ("failed", 0),
            ("paused", 0),
        ] {
            assert_eq!(counts[state], expected, "{queue} {state}: {object}");
        }
    }
    assert!(object["cache"]["none"].as_u64() > Some(0), "{object}");
    assert!(object["timestamp"].is_string(), "{object}");
}

/// A level each: where a lesson was found, and what a limit said.
#[tokio::test]
async fn reads_are_counted_by_where_they_were_answered_and_limits_by_what_they_said() {
    let settings = [
        ("LESSON_JOBS_PER_MINUTE", "1"),
        ("UPLOAD_JOBS_PER_MINUTE", "1"),
    ];
    let fleet = Fleet::start(&settings).await;
    let [one, other] = &fleet.servers;
    let read = lesson_cache::read(&fleet).await;
    let count = async |api: &Api, name: &str| number(&scrape(api).await, name).unwrap_or(0.0);
    for (api, level) in [(one, "process"), (other, "redis"), (other, "process")] {
        let reads = format!("ultudy_cache_reads_total{{level=\"{level}\"}}");
        let before = count(api, &reads).await;
        let answer = lesson_cache::get(api, &read.section_id).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(count(api, &reads).await > before, "{level}: {before}");
    }
    let second = one.upload(pdf::biology(), &[]).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    for (kind, decision) in [
        ("lesson_jobs", "allowed"),
        ("upload_jobs", "allowed"),
        ("upload_jobs", "refused"),
    ] {
        let decided = "ultudy_limiter_decisions_total";
        let decided = format!("{decided}{{kind=\"{kind}\",decision=\"{decision}\"}}");
        assert_eq!(count(one, &decided).await, 1.0, "{decided}");
    }
}

/// Then numbers are wanted most.
#[tokio::test]
async fn numbers_are_told_while_the_queue_does_not_answer() {
    let mut ground = Ground::start();
    let api = ground.process(&["api"], &[]).await;
    ground.redis.kill().expect("it dies");
    let told = scrape(&api).await;
    assert!(told.contains("ultudy_build_info"), "{told}");
    let object = as_json(&api).await;
    assert!(object["queue"].is_null(), "{object}");
    assert!(object["timestamp"].is_string(), "{object}");
    let told = scrape(&api).await;
    let warnings = number(&told, "ultudy_log_messages_total{level=\"warn\"}");
    assert!(warnings > Some(0.0), "{told}");
}

#[tokio::test]
async fn a_job_that_failed_for_good_is_counted_by_its_code() {
    let api = Api::local().await;
    let accepted = api.upload(b"%PDF-1.4 and no more".to_vec(), &[]).await;
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "failed", "{job}");
    let code = text(&job["code"]);
    let told = scrape(&api).await;
    let failed = format!("ultudy_jobs_failed_total{{queue=\"upload-processing\",code=\"{code}\"}}");
    assert_eq!(number(&told, &failed), Some(1.0), "{told}");
    let failed = "ultudy_queue_jobs{queue=\"upload-processing\",state=\"failed\"}";
    assert_eq!(number(&told, failed), Some(1.0), "{told}");
}

/// The tools of those who will read the numbers: one that checks their form, one that collects them.
#[tokio::test]
#[ignore = "needs Prometheus: `cargo xtask verify metrics` installs it"]
async fn a_real_prometheus_finds_nothing_wrong_and_collects_them() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    api.document(pdf::biology(), &course_id).await;
    let folder = tempfile::tempdir().expect("a folder");
    let scraped = folder.path().join("scraped");
    fs::write(&scraped, scrape(&api).await).expect("written");
    let checked = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(File::open(&scraped).expect("opened"))
        .output()
        .expect("promtool runs");
    assert!(checked.status.success(), "{checked:?}");
    assert!(checked.stderr.is_empty(), "{checked:?}");

    let target = api.server.base_url().trim_start_matches("http://");
    let settings = folder.path().join("prometheus.yml");
    let jobs = format!(
        "scrape_configs:\n- job_name: ultudy\n  scrape_interval: 1s\n  static_configs:\n  \
         - targets: ['{target}']\n"
    );
    fs::write(&settings, jobs).expect("written");
    let port = ultudy_testkit::ports::free_port().expect("a port");
    let mut prometheus = Command::new("prometheus");
    prometheus
        .current_dir(folder.path())
        .arg(format!("--config.file={}", settings.display()))
        .arg("--storage.tsdb.path=stored")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--log.level=error");
    let _prometheus = ChildProcess::spawn(&mut prometheus).expect("it starts");
    let query = "ultudy_queue_jobs%7Bqueue=%22upload-processing%22,state=%22completed%22%7D";
    let query = format!("http://127.0.0.1:{port}/api/v1/query?query={query}");
    let collected = async || {
        let answer = reqwest::get(&query).await.ok()?;
        let answer: Value = answer.json().await.ok()?;
        let value = answer["data"]["result"][0]["value"][1].as_str()?;
        (value == "1").then_some(())
    };
    wait::for_some("Prometheus has the number", PATIENCE, collected)
        .await
        .unwrap();
}
