//! What comes out of real books: sections, text, concepts and how long it takes, beside other
//! programs.

mod concepts;
mod peers;
mod sections;
mod speed;
mod text;
mod tools;

use anyhow::Result;

use self::tools::Tools;
use super::{Programs, corpus::book, report::Report};

/// Everything a part of the measurement needs.
struct Bench<'a> {
    programs: &'a Programs,
    tools: Tools,
    report: Report,
}

/// Measures all parts.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut bench = Bench {
        programs,
        tools: Tools::ready()?,
        report: Report::new(
            "Sections and concepts found by `ultudy study` in the corpus's books 01 to 04 with \
             outline, link destinations and index taken out of the files, scored by the instruments \
             beside the checkout against what was taken out; the peers' figures are those that \
             come with the instruments. Text against good extractors in the same run. Times of the \
             release build.",
        ),
    };
    sections::measure(&mut bench)?;
    sections::with_outline(&mut bench)?;
    text::measure(&mut bench)?;
    concepts::measure(&mut bench)?;
    speed::measure(&mut bench)?;
    Ok(bench.report)
}

/// A number as the tables show it.
fn shown(number: f64) -> String {
    format!("{number:.3}")
}
