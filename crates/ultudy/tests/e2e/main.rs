//! The program as its users meet it: the real binary, over HTTP and in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod accounts;
mod api;
mod asking;
mod backlog;
mod bad_database;
mod bad_input;
mod balancer;
mod browser;
mod clocks;
mod compose;
mod failures;
mod figures;
mod fleet;
mod full_disk;
mod gone_in_the_middle;
mod headers;
mod import;
mod isolation;
mod jobs;
mod jwt;
mod kubernetes;
mod lesson_cache;
mod limits;
mod meaning;
mod metrics;
mod model;
mod network;
mod objects;
mod oidc;
mod open_files;
mod openapi;
mod operating;
mod own_words;
mod pdf;
mod postgres;
mod redis;
mod roles;
mod runbook;
mod search;
mod slow_uploads;
mod soak;
mod stopping;
mod storage;
mod study_command;
mod study_loop;
mod tenants;
mod transfer;
