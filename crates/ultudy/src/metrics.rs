//! Who reads what the process counts: a Prometheus exporter. docs/metrics.md explains each number.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, layer::Context};

/// How often what histograms were told is put into their buckets, if nobody asks. Requests wait for
/// it: of 50,000 a second those of 5 seconds take some milliseconds.
const UPKEEP_EVERY: Duration = Duration::from_millis(100);
/// Upper ends for answers, in seconds: half a millisecond to ten seconds.
const ANSWERS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Upper ends for jobs, in seconds: ten milliseconds to a quarter of an hour.
const JOBS: &[f64] = &[
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0,
];

/// Upper ends for requests to the object store, in seconds: a millisecond to a minute.
const STORAGE: &[f64] = &[
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// Upper ends for calls of language models, in seconds: a moment to some minutes.
const CALLS: &[f64] = &[
    0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0,
];

/// Begins to count. Once a process.
///
/// # Errors
/// Somebody counts already.
pub fn count() -> Result<PrometheusHandle, BuildError> {
    let of = |name: &str| Matcher::Full(name.to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(of("ultudy_http_request_duration_seconds"), ANSWERS)?
        .set_buckets_for_metric(of("ultudy_job_duration_seconds"), JOBS)?
        .set_buckets_for_metric(of("ultudy_job_wait_seconds"), JOBS)?
        .set_buckets_for_metric(of("ultudy_storage_request_duration_seconds"), STORAGE)?
        .set_buckets_for_metric(of("ultudy_model_call_duration_seconds"), CALLS)?
        .install_recorder()?;
    describe();
    Ok(handle)
}

/// Puts into buckets what histograms were told, for as long as it runs.
pub async fn keep_up(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP_EVERY);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

/// What is told of the process itself.
pub fn tell_of_process(role: &'static str, worker_id: Option<&str>) {
    let labels = [("role", role), ("version", env!("CARGO_PKG_VERSION"))];
    metrics::gauge!("ultudy_build_info", &labels).set(1.0);
    if let Some(worker_id) = worker_id {
        metrics::gauge!("ultudy_worker_info", "worker_id" => worker_id.to_owned()).set(1.0);
    }
}

/// Counts what is logged as a warning or an error.
pub struct LogCounter;

impl<S: Subscriber> Layer<S> for LogCounter {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            _ => return,
        };
        metrics::counter!("ultudy_log_messages_total", "level" => level).increment(1);
    }
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(
        "ultudy_model_cost_microdollars_total",
        "What calls of models cost, in millionths of a US dollar"
    );
    describe_counter!(
        "ultudy_model_unpriced_calls_total",
        "Calls of models whose cost is not known"
    );
    describe_gauge!(
        "ultudy_budget_spent_ratio",
        "Share of what all may spend on models that is spent, by period"
    );
    describe_counter!(
        "ultudy_budget_refusals_total",
        "Calls of models not made since a budget is spent, by whose and period"
    );
    describe_counter!(
        "ultudy_budget_warnings_total",
        "Budgets of which four fifths were spent, by whose and period"
    );
    describe_gauge!("ultudy_build_info", "1, by version and role");
    describe_gauge!("ultudy_worker_info", "1, by WORKER_ID");
    describe_gauge!(
        "ultudy_worker_namesakes",
        "Other workers that have this one's WORKER_ID"
    );
    describe_counter!(
        "ultudy_log_messages_total",
        "Warnings and errors logged, by level"
    );
    describe_counter!(
        "ultudy_log_lines_dropped_total",
        "Lines of the log that nobody read in time"
    );
    describe_histogram!(
        "ultudy_http_request_duration_seconds",
        Unit::Seconds,
        "Time to the head of an answer, by method, route and status"
    );
    describe_gauge!(
        "ultudy_http_requests_in_flight",
        "Requests without an answer yet"
    );
    describe_gauge!(
        "ultudy_queue_jobs",
        "Jobs of the whole fleet, by queue and state"
    );
    describe_histogram!(
        "ultudy_job_duration_seconds",
        Unit::Seconds,
        "How long jobs ran, by queue and outcome"
    );
    describe_histogram!(
        "ultudy_job_wait_seconds",
        Unit::Seconds,
        "Time from when jobs might run until they did, by queue"
    );
    describe_gauge!("ultudy_jobs_running", "Jobs that run here, by queue");
    describe_counter!(
        "ultudy_jobs_failed_total",
        "Jobs given up, by queue and code"
    );
    describe_counter!(
        "ultudy_cache_reads_total",
        "Reads of cached lessons, by the level that had them"
    );
    describe_counter!(
        "ultudy_queue_not_told_total",
        "What the queue could not be told of a job, by the occasion"
    );
    describe_gauge!(
        "ultudy_redis_memory_bytes",
        Unit::Bytes,
        "Memory in use at the Redis, of a cluster at all its masters"
    );
    describe_gauge!(
        "ultudy_redis_memory_limit_bytes",
        Unit::Bytes,
        "Its maxmemory; 0 is none"
    );
    describe_gauge!(
        "ultudy_redis_evicted_keys",
        "Keys it has dropped for want of memory"
    );
    describe_counter!(
        "ultudy_limiter_decisions_total",
        "Whether one more was allowed, by kind and decision"
    );
    describe_counter!(
        "ultudy_limiter_alone_total",
        "Decisions taken in this process, since Redis did not answer"
    );
    describe_counter!(
        "ultudy_limiter_withheld_total",
        "Calls of providers not let through, since Redis did not answer"
    );
    describe_gauge!(
        "ultudy_clock_skew_seconds",
        Unit::Seconds,
        "How far this machine's clock is ahead of a server's, by which"
    );
    describe_histogram!(
        "ultudy_storage_request_duration_seconds",
        Unit::Seconds,
        "Requests to the object store up to their answer's head, by operation and outcome"
    );
    describe_counter!(
        "ultudy_storage_reads_broken_total",
        "Files that broke off while they were read"
    );
    describe_gauge!(
        "ultudy_storage_files_lost",
        "Files that rows name and the object store lacks"
    );
    describe_counter!(
        "ultudy_storage_jobs_put_back_total",
        "Runs that ended since the object store was away, and are made again uncounted"
    );
    describe_gauge!(
        "ultudy_uploads_under_way",
        "Files that are arriving in this process"
    );
    describe_models();
    describe_search();
}

fn describe_models() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_histogram!(
        "ultudy_model_call_duration_seconds",
        Unit::Seconds,
        "Calls of models, for texts and for vectors, by provider, model and outcome"
    );
    describe_counter!(
        "ultudy_model_tokens_total",
        "Tokens that models read and wrote, as their provider counts them"
    );
    describe_counter!(
        "ultudy_model_retries_total",
        "Calls of models made again at once"
    );
    describe_counter!(
        "ultudy_model_fallbacks_total",
        "Times that a model of LLM_FALLBACK did what it was asked in the first one's place"
    );
    describe_counter!(
        "ultudy_model_items_dropped_total",
        "Concepts and questions of models that no lesson was made of, by reason"
    );
    describe_counter!(
        "ultudy_model_repairs_total",
        "Times that a model was asked once more for what was wrong with a lesson"
    );
    describe_gauge!(
        "ultudy_model_breaker_state",
        "Whether a model is asked: 0 yes, 1 not for a while, 2 one call tries it"
    );
    describe_counter!(
        "ultudy_answers_graded_total",
        "Answers in own words, by what graded them"
    );
    describe_counter!(
        "ultudy_questions_answered_total",
        "Questions and explanations answered to their end, by what"
    );
    describe_counter!(
        "ultudy_model_pages_total",
        "Pages that a model was to read from their pictures, by what came of it"
    );
    describe_counter!(
        "ultudy_llm_batches_total",
        "Batches of requests to providers, by what came of them"
    );
    describe_counter!(
        "ultudy_llm_batch_items_total",
        "Requests in batches, by what came of them"
    );
    describe_gauge!(
        "ultudy_llm_batch_items",
        "Requests in batches that are not answered yet, at the worker that sends for all"
    );
    describe_gauge!(
        "ultudy_llm_batch_oldest_seconds",
        Unit::Seconds,
        "How long the first request in a batch has been awaited"
    );
}

fn describe_search() {
    use metrics::{Unit, describe_counter, describe_gauge};
    describe_gauge!(
        "ultudy_embedding_documents_waiting",
        "Documents without vectors of the model, at the worker that embeds for all"
    );
    describe_counter!(
        "ultudy_embedding_documents_total",
        "Documents that were given vectors, or refused"
    );
    describe_counter!(
        "ultudy_search_words_only_total",
        "Searches without vectors, since the model did not answer or for memory, by reason"
    );
    describe_gauge!(
        "ultudy_search_codes_bytes",
        Unit::Bytes,
        "Memory that what is kept of vectors takes"
    );
    describe_counter!(
        "ultudy_search_codes_reads_total",
        "Times that a search read vectors from the database, by whether they were kept"
    );
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const OWN: &str = include_str!("metrics.rs");
    const EXPLAINED: &str = include_str!("../../../docs/metrics.md");

    /// Whoever asks for the numbers is told of each what it is, and of none that there is not.
    #[test]
    fn what_is_described_is_what_the_document_explains() {
        let (code, _) = OWN.split_once("#[cfg(test)]").unwrap();
        let (_, described) = code.split_once("fn describe()").unwrap();
        let described: BTreeSet<&str> = described
            .lines()
            .filter_map(|line| line.split_once("\"ultudy_")?.1.split('"').next())
            .collect();
        let explained: BTreeSet<&str> = EXPLAINED
            .lines()
            .filter_map(|line| line.strip_prefix("| `ultudy_")?.split('`').next())
            .collect();
        let of_one = described.symmetric_difference(&explained);
        assert_eq!(of_one.collect::<Vec<_>>(), [&""; 0]);
        assert!(described.len() > 30);
    }
}
