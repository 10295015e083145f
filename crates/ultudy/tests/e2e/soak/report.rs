//! What the soak found, for people.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{answers, audit::Found, faults::Processes, history::Losses, students::Done};

/// As Markdown.
pub fn report(
    seed: u64,
    seconds: u64,
    processes: &Processes,
    done: &Done,
    found: &Found,
) -> String {
    let mut report = String::from(
        "# Soak\n\nnginx before two APIs, and three workers, over PostgreSQL (through PgBouncer), a streaming replica that the APIs read from, Redis and a bucket behind S3's protocol; PgBouncer, Redis and the bucket are reached through proxies; twelve students upload, ask for lessons, read, answer and delete through nginx, each with a page open that is told of its jobs, and try again what fails; none has more than three files and three lessons in flight. Meanwhile one fault after the other, by chance. Then it is left alone, and counted. Written by `cargo xtask soak`.\n\n",
    );
    let mut line = |what: &str, value: String| {
        writeln!(report, "| {what} | {value} |").expect("writing to memory");
    };
    line("What", "Value".into());
    line("---", "---".into());
    line("seed", seed.to_string());
    line("minutes", format!("{:.1}", seconds as f64 / 60.0));
    let mut by_name = BTreeMap::new();
    for suffered in &processes.suffered {
        *by_name.entry(suffered.fault.name()).or_insert(0) += 1;
    }
    for (name, count) in by_name {
        line(name, count.to_string());
    }
    line(
        "faults that met jobs waiting, running, ending",
        found.met.map(|met| met.to_string()).join(", "),
    );
    line(
        "starts that found no database, and were tried again",
        processes.vain_starts.to_string(),
    );
    line("uploads accepted", done.uploads.to_string());
    line("lessons asked for", done.lessons_asked_for.to_string());
    line("lessons read", done.lessons_read.to_string());
    line("documents and lessons deleted", done.deleted.to_string());
    line(
        "not asked for, since enough was in flight",
        done.held_back.to_string(),
    );
    line("requests put off or not answered", done.put_off.to_string());
    line(
        "requests that nginx gave up (502)",
        done.broken_off.to_string(),
    );
    line(
        "longest wait for one answer",
        format!("{:.1} s", done.longest_wait.as_secs_f64()),
    );
    let answers::Count { told, untold, lost } = found.answers;
    line(
        "answers counted as students were told; counted and not told of; not counted, which they were not told of",
        format!("{told}, {untold}, {lost}"),
    );
    line("jobs promised", done.jobs.len().to_string());
    line(
        "of whose end no open page was told",
        done.untold.len().to_string(),
    );
    for jobs in &found.jobs {
        let mut words = jobs.split('|');
        let mut next = || words.next().unwrap_or_default();
        let what = format!("{} {}", next(), next());
        line(&what, next().to_owned());
    }
    let Losses {
        killed,
        frozen,
        neither,
    } = &found.losses;
    line(
        "runs lost with a worker that was killed",
        killed.to_string(),
    );
    line("runs lost to a worker's sleep", frozen.to_string());
    line(
        "runs counted as lost whose worker was there",
        neither.len().to_string(),
    );
    line(
        "jobs given up after three losses, and tried again by students",
        format!("{}, {}", found.given_up, done.tried_again),
    );
    line(
        "job made → completed: median, 99 %, longest",
        format!("{} s", found.spans),
    );
    line(
        "all ended, once left alone, after",
        format!("{:.1} s", done.settling.as_secs_f64()),
    );
    line(
        "files without a row, swept by housekeeping",
        found.orphans.to_string(),
    );
    line(
        "files in parts, and parts, left to the bucket's rule",
        found.unfinished.to_string(),
    );
    line(
        "lost, done twice, half there, left over",
        found.wrong.len().to_string(),
    );
    for wrong in &found.wrong {
        writeln!(report, "\n- {wrong}").expect("writing to memory");
    }
    report
}
