//! `ultudy usage`: what asking language models has come to, of all users.

use std::io::Write;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use ultudy_app::clock::{Clock as _, SystemClock};
use ultudy_domain::usage::{Dollars, Totals};
use ultudy_store::{
    Store,
    usage::{self, By},
};

use super::Failure;
use crate::{config::Config, wire};

/// Most lines.
const LINES: i64 = 1_000;

/// What is shown, the dearest first, beside a server that runs or not; columns are parted by tabs.
#[derive(Debug, Args)]
pub struct Usage {
    /// By what.
    #[arg(long, value_enum, default_value = "model")]
    by: Of,
    /// Of how many days, today among them; of courses and lessons no more than LLM_CALLS_KEPT_DAYS.
    #[arg(long, default_value = "30", value_parser = clap::value_parser!(i64).range(1..=3_660))]
    days: i64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// Provider, model and what it was asked for.
    Model,
    /// The user's id.
    User,
    /// The user's and the course's.
    Course,
    /// The user's, the document's and the section's.
    Lesson,
}

/// Shows it.
pub fn run(usage: &Usage) -> Result<(), Failure> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    runtime.block_on(show(&config, usage))
}

async fn show(config: &Config, asked: &Usage) -> Result<(), Failure> {
    let of_database = |error| Failure::new("database", error);
    wire::make_folder(&config.data_dir)?;
    let store = Store::open(&config.store).await.map_err(of_database)?;
    let now = SystemClock.now() - TimeDelta::days(asked.days - 1);
    let since = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let (by, names) = match asked.by {
        Of::Model => (By::Model, "provider\tmodel\ttask"),
        Of::User => (By::User, "user"),
        Of::Course => (By::Course, "user\tcourse"),
        Of::Lesson => (By::Lesson, "user\tdocument\tsection"),
    };
    let mut tx = store.system_read().await.map_err(of_database)?;
    let groups = usage::across(&mut tx, by, since, LINES).await;
    let groups = groups.map_err(of_database)?;
    drop(tx);
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| {
        writeln!(out, "{line}").map_err(|error| Failure::new("standard output", error))
    };
    say(format!(
        "{names}\tcalls\ttokens read\ttokens written\tcost\tof unknown cost\treused\ttokens saved\tsaved"
    ))?;
    groups
        .into_iter()
        .try_for_each(|of| say(format!("{}\t{}", of.group.join("\t"), line(&of.totals))))
}

fn line(totals: &Totals) -> String {
    let Totals {
        calls,
        tokens_read,
        tokens_written,
        cost_micros,
        unpriced_calls,
        reused,
        saved_tokens,
        saved_micros,
    } = totals;
    let (cost, saved) = (Dollars(*cost_micros), Dollars(*saved_micros));
    format!(
        "{calls}\t{tokens_read}\t{tokens_written}\t{cost}\t{unpriced_calls}\t{reused}\t{saved_tokens}\t{saved}"
    )
}
