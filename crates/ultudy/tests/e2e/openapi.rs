//! The OpenAPI document and the router say the same.

use reqwest::{Method, StatusCode};

use crate::api::{Api, send};

#[tokio::test]
async fn every_documented_call_is_there() {
    let api = Api::dev("ada").await;
    let document = api.get("/api/openapi.json").await.body;
    let zero = "00000000-0000-7000-8000-000000000000";
    let mut calls = 0;
    for (template, methods) in document["paths"].as_object().expect("paths") {
        let path = template.replace("{id}", zero).replace("{type}", "document");
        let path = path.replace("{number}", "1");
        for (method, call) in methods.as_object().expect("methods") {
            if path.ends_with("/events") && !path.contains(zero) {
                continue; // An open stream does not end by itself; jobs.rs reads it.
            }
            let verb = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let answer = send(api.request(verb, &path)).await;
            let status = answer.status.as_u16().to_string();
            assert!(
                call["responses"].get(&status).is_some(),
                "{method} {path} answered an undocumented {status}"
            );
            assert_ne!(
                answer.body["error"], "There is no such call.",
                "{method} {path}"
            );
            calls += 1;
        }
    }
    assert!(calls >= 33, "{calls}");
}

#[tokio::test]
async fn unknown_calls_and_methods_are_answered_as_problems() {
    let api = Api::local().await;
    let unknown = api.get("/api/nothing").await;
    assert_eq!(
        (unknown.status, unknown.body["status"].as_u64()),
        (StatusCode::NOT_FOUND, Some(404))
    );
    let method = api.delete("/api/courses").await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.body["error"].is_string());
}

#[tokio::test]
async fn the_command_prints_the_same_document() {
    let api = Api::local().await;
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_ultudy"))
        .arg("openapi")
        .output()
        .expect("it runs");
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(printed, api.get("/api/openapi.json").await.body);
}
