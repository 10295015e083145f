//! deploy/compose.yaml without a container engine: its services' commands and variables, as
//! processes, over real ones of those it names.

use std::process::{Command, Output};

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    accounts::{SIGN_UP, link},
    api::{Api, PASSWORD, Shown, address, session_cookie},
    study_loop,
};

mod place;

use place::Place;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ultudy");

/// The program by this command, with nothing but a service's variables.
fn run(place: &Place, name: &str, arguments: &[String]) -> Output {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_clear()
        .envs(place.environment(name))
        .current_dir(place.folder());
    command.output().expect("it runs")
}

fn run_service(place: &Place, name: &str) -> Output {
    run(place, name, &place.service(name).command)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn start(place: &Place, name: &str) -> Api {
    let environment = place.environment(name);
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let command = place.service(name).command.iter();
    let command: Vec<_> = command.map(String::as_str).collect();
    Api::start_as(&command, &environment, Some("ada")).await
}

#[tokio::test]
async fn its_processes_serve_the_study_loop_through_nginx() {
    let mut place = Place::start();
    let migrated = run_service(&place, "migrate");
    assert!(migrated.status.success(), "{}", said(&migrated));
    let mut first = start(&place, "api-1").await;
    let second = start(&place, "api-2").await;
    let _workers = [
        start(&place, "worker-1").await,
        start(&place, "worker-2").await,
    ];
    let front = place.start_nginx();
    first.ask_at(front);

    let check = place.service("api-1").healthcheck.as_ref();
    let [cmd, program, arguments @ ..] = &check.expect("it has one").test[..] else {
        panic!("{check:?}");
    };
    assert_eq!((cmd.as_str(), program.as_str()), ("CMD", "ultudy"));
    for name in ["api-1", "api-2"] {
        let checked = run(&place, name, arguments);
        assert!(checked.status.success(), "{name}: {}", said(&checked));
    }

    // Each start makes a new one, and the one before is of no use any more.
    let printed = second.server.said().to_owned();
    assert!(printed.contains("http://localhost/sign-up#"), "{printed}");
    let body = json!({
        "email": address("ada"), "password": PASSWORD, "link": link(&printed),
    });
    let signed_up = first.knock(SIGN_UP, &body).await;
    assert_eq!(signed_up.status(), StatusCode::CREATED);
    let cookie = session_cookie(&signed_up).expect("a cookie");
    first.shows("ada", Shown::Cookie(cookie));
    assert_eq!(first.get("/api/me").await.body["role"], "operator");
    study_loop::studies(&first).await;
    let by = place.sql("SELECT DISTINCT worker_id FROM jobs");
    assert!(
        by.lines().all(|name| name.starts_with("worker-")) && !by.is_empty(),
        "{by}"
    );
}

/// Each secret of an API, away, is one line that names it, and no start.
#[test]
fn a_missing_secret_is_a_refusal_that_names_it() {
    let place = Place::without_services();
    for (variable, path) in place.environment("api-1") {
        if !variable.ends_with("_FILE") || path.is_empty() {
            continue;
        }
        let away = format!("{path}.away");
        std::fs::rename(&path, &away).expect("it is there");
        let refused = run_service(&place, "api-1");
        std::fs::rename(&away, &path).expect("it is there");
        let said = said(&refused);
        assert!(!refused.status.success());
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains(&variable) && said.contains("No such file"),
            "{said}"
        );
    }
    // With all of them it gets as far as to look for whoever is not there.
    let said = said(&run_service(&place, "api-1"));
    assert!(said.contains("REDIS_URL: cannot reach"), "{said}");
}
