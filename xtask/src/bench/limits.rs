//! How many decisions on limits a second one Redis gives, beside two plain commands.

use anyhow::{Context as _, Result, bail};

use super::{
    Programs, example,
    redis::Redis,
    report::{Report, Table, median},
};
use crate::{debian, test};

/// Rounds, of which the middle one counts.
const ROUNDS: usize = 5;

/// Who asks: the sentence, decisions, connections, callers on each, users; and how many of the
/// decisions allow, where 60 of a user's are allowed.
struct Askers {
    what: &'static str,
    numbers: [&'static str; 4],
    allowed: f64,
}

const ASKERS: [Askers; 3] = [
    Askers {
        what: "48 callers, 500 users",
        numbers: ["40000", "3", "16", "500"],
        allowed: 30_000.0,
    },
    Askers {
        what: "48 callers, one user",
        numbers: ["40000", "3", "16", "1"],
        allowed: 60.0,
    },
    Askers {
        what: "3 callers, 500 users",
        numbers: ["20000", "3", "1", "500"],
        allowed: 20_000.0,
    },
];

/// Asks the limiter and the plain commands in turn.
pub fn measure(_: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "Decisions of the limiter (an exact sliding window of a minute, 60 a user, counted by one \
         script on one Redis) over three connections as three processes have them, by callers that \
         each ask again when they are answered; in turn with INCR and PEXPIRE sent together by the \
         same client over as many connections, which counts in fixed windows and forgets nothing. \
         Load and server share the machine's cores. Medians of 5 rounds, each on an empty Redis; \
         that exactly as many were allowed as may be is checked in each.",
    );
    let example = example::build("ultudy-engines", "limits_load")?;
    let redis = Redis::start()?;
    let mut table = Table {
        title: "",
        head: vec![
            "Who asks",
            "",
            "Limiter",
            "INCR and PEXPIRE",
            "Limiter / plain",
        ],
        rows: Vec::new(),
    };
    for askers in &ASKERS {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            for (who, found) in [("limiter", &mut ours), ("plain", &mut plain)] {
                redis.cli(&["FLUSHALL"])?;
                let words: Vec<_> = std::iter::once(who).chain(askers.numbers).collect();
                let round = redis.load(&example, &words)?;
                let allowed = round.get(3).context("too few numbers")?;
                if (allowed - askers.allowed).abs() > 0.5 {
                    bail!("{who} allowed {allowed} instead of {}", askers.allowed);
                }
                found.push(round);
            }
        }
        for (place, (name, unit)) in [("decisions", "/s"), ("p50", "ms"), ("p99", "ms")]
            .into_iter()
            .enumerate()
        {
            let of = |rounds: &[Vec<f64>]| {
                median(
                    rounds
                        .iter()
                        .filter_map(|round| round.get(place).copied())
                        .collect(),
                )
            };
            let (ours, plain) = (of(&ours), of(&plain));
            report.value(format!("{}, {name}", askers.what), ours, unit);
            if place == 0 {
                let what = format!("{}, as many times as plain commands", askers.what);
                report.value(what, ours / plain, "");
            }
            let cell = |number: f64| match place {
                0 => format!("{number:.0} {unit}"),
                _ => format!("{number:.2} {unit}"),
            };
            table.rows.push(vec![
                askers.what.into(),
                name.into(),
                cell(ours),
                cell(plain),
                format!("{:.2}", ours / plain),
            ]);
        }
    }
    report.tables.push(table);
    Ok(report)
}
