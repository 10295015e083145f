//! The students of `cargo xtask bench day`: they arrive at random, whether or not those before them were
//! answered (an open loop), and every time is from when a request was due. Prints the issuer of their
//! tokens, then does what each line of standard input says, and answers it with a line of JSON:
//!
//! - `connect ADDRESS…`: where the servers are; opens the streams of live updates.
//! - `seed`: one student for each text has its lesson made, and waits for it.
//! - `load RATE SECONDS`: so many lesson requests a minute from now on, for so long.
//! - `drain`: waits for those of the last load; what was found.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "it is spoken to over pipes, and what fails is no measurement"
)]

mod class;
mod client;
mod streams;
mod tally;
mod visit;

use std::{
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use jsonwebtoken::Algorithm;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};
use ultudy_testkit::issuer::{Issuer, Key};

use crate::{class::Class, client::Client, streams::Streams, tally::Tally};

/// Chance is the same in each run.
const SEED: u64 = 20_260_101;

/// All that a visit needs.
struct Day {
    class: Class,
    client: Client,
    streams: Streams,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let key = Key::new("day", Algorithm::RS256);
    let issuer = Issuer::start(&[&key]).await;
    say(&Class::described(&issuer));
    let mut class = Some(Class::of(&issuer, &key));
    let mut chance = StdRng::seed_from_u64(SEED);
    let mut day: Option<Arc<Day>> = None;
    let mut tally = Arc::new(Tally::default());
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let mut words = line.split_whitespace();
        let word = words.next().unwrap_or_default();
        if word == "connect" {
            let one = Arc::new(Day {
                class: class.take().expect("connected once"),
                client: Client::of(words),
                streams: Streams::default(),
            });
            streams::open(&one).await;
            say(&json!({"streams": one.streams.open()}));
            day = Some(one);
            continue;
        }
        let day = day.as_ref().expect("connect comes first");
        let mut number = || -> f64 {
            words
                .next()
                .and_then(|it| it.parse().ok())
                .expect("a number")
        };
        match word {
            "seed" => say(&json!({"generated": visit::seed(day).await})),
            "load" => {
                tally = Arc::new(Tally::default());
                let (rate, seconds) = (number(), number());
                load(day, &tally, &mut chance, rate / 60.0, seconds).await;
                say(&json!({"visits": tally.visits()}));
            }
            "drain" => {
                tally.until_idle().await;
                let mut found = tally.found();
                found["resent"] = json!(day.client.take_resent());
                say(&found);
            }
            other => panic!("nothing is called {other}"),
        }
    }
}

/// Lets students come, `rate` a second.
async fn load(day: &Arc<Day>, tally: &Arc<Tally>, chance: &mut StdRng, rate: f64, seconds: f64) {
    let began = Instant::now();
    let mut at = 0.0;
    loop {
        at += class::exponential(chance, rate);
        if at > seconds {
            break;
        }
        let due = began + Duration::from_secs_f64(at);
        sleep_until(due).await;
        let pick = day.class.pick(chance);
        let visit = visit::visit(Arc::clone(day), Arc::clone(tally), pick, due);
        tally.begin();
        tokio::spawn(visit);
    }
    sleep_until(began + Duration::from_secs_f64(seconds)).await;
}

fn say(what: &Value) {
    println!("{what}");
    std::io::stdout().flush().expect("somebody who listens");
}

/// What a lock guards.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
