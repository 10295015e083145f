//! `GET /metrics`: for Prometheus as text, for everybody else as JSON.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use ultudy_app::metrics;
use ultudy_domain::{Timestamp, job::QueueName};

use crate::HttpState;

/// The text format of Prometheus, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Numbers of the fleet's queues and this process' cache.
#[derive(Debug, Serialize)]
struct Metrics {
    /// None while the queue does not answer.
    queue: Option<Queues>,
    cache: Cache,
    timestamp: Timestamp,
}

#[derive(Debug, Serialize)]
struct Queues {
    upload: Counts,
    lesson: Counts,
}

/// Jobs by their state; those that have ended, of the last 24 hours.
#[derive(Debug, Serialize)]
struct Counts {
    waiting: u64,
    active: u64,
    delayed: u64,
    completed: u64,
    failed: u64,
    paused: u64,
}

impl From<metrics::Counts> for Counts {
    fn from(counts: metrics::Counts) -> Self {
        Self {
            waiting: counts.waiting,
            active: counts.active,
            delayed: counts.delayed,
            completed: counts.completed,
            failed: counts.failed,
            paused: counts.paused,
        }
    }
}

/// Where reads of cached lessons ended, since the process started.
#[derive(Debug, Serialize)]
struct Cache {
    process: u64,
    redis: u64,
    none: u64,
    /// Of all reads, those that did not end at the database; none before the first.
    hit_rate: Option<f64>,
}

/// Numbers are told even if the queue does not answer: then most of all.
pub async fn metrics(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    let queues = match metrics::queues(&state.app).await {
        Ok(queues) => Some(queues),
        Err(error) => {
            tracing::warn!(%error, "metrics without the queues");
            None
        }
    };
    if let Some(queues) = &queues {
        metrics::set_queues(queues);
    }
    let text = state.metrics.render();
    if !wants_json(&headers) {
        return ([(header::CONTENT_TYPE, TEXT)], text).into_response();
    }
    let of = |wanted: QueueName| {
        let mut of = queues
            .iter()
            .flatten()
            .filter(|(queue, _)| *queue == wanted);
        Some(of.next()?.1.into())
    };
    let queue = of(QueueName::UploadProcessing)
        .zip(of(QueueName::LessonGeneration))
        .map(|(upload, lesson)| Queues { upload, lesson });
    Json(Metrics {
        queue,
        cache: cache(&text),
        timestamp: state.app.clock.now(),
    })
    .into_response()
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"))
}

/// What was counted is only known to who exports it.
fn cache(text: &str) -> Cache {
    let reads = |level: &str| {
        let name = format!("ultudy_cache_reads_total{{level=\"{level}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.and_then(|count| count.parse().ok()).unwrap_or(0)
    };
    let (process, redis, none): (u64, u64, u64) = (reads("process"), reads("redis"), reads("none"));
    let all = process + redis + none;
    #[allow(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    let hit_rate = (all > 0).then(|| (process + redis) as f64 / all as f64);
    Cache {
        process,
        redis,
        none,
        hit_rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caches_numbers_are_those_exported() {
        let text = "# TYPE ultudy_cache_reads_total counter\n\
            ultudy_cache_reads_total{level=\"process\"} 6\n\
            ultudy_cache_reads_total{level=\"redis\"} 3\n\
            ultudy_cache_reads_total{level=\"none\"} 3\n";
        let cache = cache(text);
        assert_eq!((cache.process, cache.redis, cache.none), (6, 3, 3));
        assert_eq!(cache.hit_rate, Some(0.75));
        assert_eq!(super::cache("").hit_rate, None);
    }
}
