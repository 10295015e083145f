//! What a measurement found, for machines and for people.

use std::{fmt::Write as _, fs};

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use super::machine::Machine;
use crate::workspace;

/// The findings of one measurement.
#[derive(Default, Serialize)]
pub struct Report {
    /// What was done, in a sentence or two.
    pub method: &'static str,
    pub values: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
}

/// One number.
#[derive(Serialize)]
pub struct Value {
    pub what: String,
    pub value: f64,
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

/// What the number should be.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    AtMost(f64),
    AtLeast(f64),
}

/// Findings that are no single number.
#[derive(Serialize)]
pub struct Table {
    /// What it shows; empty for the only one of a report.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub title: &'static str,
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Report {
    /// A report without findings yet.
    pub fn new(method: &'static str) -> Self {
        Self {
            method,
            ..Self::default()
        }
    }

    /// Adds a number.
    pub fn value(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.push(what.into(), value, unit, None);
    }

    /// Adds a number that something was promised about.
    pub fn promised(
        &mut self,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
        promise: Promise,
    ) {
        self.push(what.into(), value, unit, Some(promise));
    }

    fn push(&mut self, what: String, value: f64, unit: &'static str, promise: Option<Promise>) {
        self.values.push(Value {
            what,
            value: (value * 1000.0).round() / 1000.0,
            unit,
            promise,
        });
    }

    /// The promises that do not hold.
    pub fn broken(&self) -> Vec<String> {
        let broken = self.values.iter().filter(|value| !value.holds());
        broken
            .map(|value| format!("{}: {} {}", value.what, value.value, value.unit))
            .collect()
    }

    /// Writes bench/results/NAME.json and NAME.md.
    pub fn write(&self, name: &str, machine: &Machine) -> Result<()> {
        let folder = workspace::root().join("bench/results");
        fs::create_dir_all(&folder)?;
        let json = serde_json::to_string_pretty(&json!({ "machine": machine, "report": self }))?;
        fs::write(folder.join(name).with_extension("json"), json + "\n")?;
        let markdown = self.as_markdown(name, machine);
        Ok(fs::write(folder.join(name).with_extension("md"), markdown)?)
    }

    /// For reading.
    pub fn as_markdown(&self, name: &str, machine: &Machine) -> String {
        let mut text = format!("# {name}\n\n{}\n\n{}\n", self.method, machine.line());
        if !self.values.is_empty() {
            let head = ["What", "Value", "Promised"];
            push_row(&mut text, "\n", &head);
            push_row(&mut text, "", &head.map(|_| "---"));
        }
        for value in &self.values {
            let number = format!("{} {}", value.value, value.unit)
                .trim_end()
                .to_owned();
            push_row(
                &mut text,
                "",
                &[&value.what, &number, &value.promise_in_words()],
            );
        }
        for table in &self.tables {
            if !table.title.is_empty() {
                let _ = write!(text, "\n## {}\n", table.title);
            }
            push_row(&mut text, "\n", &table.head);
            push_row(&mut text, "", &vec!["---"; table.head.len()]);
            for row in &table.rows {
                push_row(&mut text, "", row);
            }
        }
        text
    }
}

impl Value {
    fn holds(&self) -> bool {
        match self.promise {
            None => true,
            Some(Promise::AtMost(limit)) => self.value <= limit,
            Some(Promise::AtLeast(limit)) => self.value >= limit,
        }
    }

    fn promise_in_words(&self) -> String {
        let kept = if self.holds() { "kept" } else { "BROKEN" };
        let (sign, limit) = match self.promise {
            None => return String::new(),
            Some(Promise::AtMost(limit)) => ('≤', limit),
            Some(Promise::AtLeast(limit)) => ('≥', limit),
        };
        let wanted = format!("{sign} {limit} {}", self.unit);
        format!("{}: {kept}", wanted.trim_end())
    }
}

fn push_row(text: &mut String, before: &str, cells: &[impl AsRef<str>]) {
    let cells: Vec<_> = cells
        .iter()
        .map(|cell| cell.as_ref().replace('|', "\\|"))
        .collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{before}| {} |", cells.join(" | "));
}

/// The middle one of some numbers.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_promise_is_told() {
        let mut report = Report::new("");
        report.promised("speed", 3.0, "MB/s", Promise::AtLeast(2.0));
        report.promised("time", 3.0, "s", Promise::AtMost(2.0));
        assert_eq!(report.broken(), ["time: 3 s"]);
    }

    #[test]
    fn the_median_is_not_the_mean() {
        assert!((median(vec![1.0, 100.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
