//! `GET /usage`: what asking language models for the student has come to.

use askama::Template;
use axum::{extract::State, response::Response};
use ultudy_app::spending::{self, MyUsage};
use ultudy_domain::usage::{Dollars, Period, Totals};

use super::{page, visitor::Visitor, words};
use crate::{HttpState, error::ApiError};

#[derive(Template)]
#[template(path = "usage.html")]
pub(super) struct UsagePage {
    pub(super) at: &'static str,
    pub(super) month: String,
    pub(super) usage: MyUsage,
}

/// The page.
pub async fn usage(State(state): State<HttpState>, visitor: Visitor) -> Result<Response, ApiError> {
    let usage = spending::my_usage(&state.app, &visitor.owner).await?;
    page::answer(&UsagePage::new(usage))
}

impl UsagePage {
    pub(super) fn new(usage: MyUsage) -> Self {
        Self {
            at: "usage",
            month: usage.since.format("%B %Y").to_string(),
            usage,
        }
    }
}

/// What calls cost; what is not known is never shown as nothing.
fn cost(totals: &Totals) -> String {
    let known = Dollars(totals.cost_micros).to_string();
    match totals.unpriced_calls {
        0 => known,
        unknown if unknown == totals.calls => "unknown".into(),
        unknown => format!("{known} and {unknown} of unknown cost"),
    }
}

/// Tokens that models read and wrote.
fn tokens(totals: &Totals) -> i64 {
    totals.tokens_read + totals.tokens_written
}

fn dollars(micros: &i64) -> String {
    Dollars(*micros).to_string()
}

fn calls(count: &i64) -> String {
    words::count(*count, "call", "calls")
}

fn of_period(period: &Period) -> &'static str {
    match period {
        Period::Day => "Today",
        Period::Month => "This month",
    }
}
