//! A language model that holds its calls, for measurements: prints its address, key and model, then
//! answers each line of standard input with its counts in JSON. `release` lets calls go, `hold` holds
//! those from then on, `pace 60` has each take 60 seconds from then on.
#![allow(clippy::print_stdout, reason = "it is spoken to over pipes")]

use std::{io::Write as _, time::Duration};

use serde_json::json;
use ultudy_testkit::{
    Result,
    llm::{Answer, KEY, Llm, MODEL},
};

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<()> {
    let llm = Llm::start().await;
    llm.answers(Answer::HeldLesson);
    println!("{} {KEY} {MODEL}", llm.base_url());
    // The model answers on a thread of its own.
    for line in std::io::stdin().lines() {
        let line = line?;
        if line == "hold" {
            llm.answers(Answer::HeldLesson);
        }
        if line == "release" {
            llm.answers(Answer::Lesson);
            llm.release();
        }
        if let Some(seconds) = line.strip_prefix("pace ") {
            let seconds = seconds.parse().unwrap_or_default();
            llm.answers(Answer::PacedLesson(Duration::from_secs(seconds)));
        }
        let counts = llm.counts();
        println!(
            "{}",
            json!({"made": counts.made, "in_flight": counts.in_flight, "answered": counts.answered})
        );
        std::io::stdout().flush()?;
    }
    Ok(())
}
