//! What batches come to, as numbers.

use ultudy_domain::Timestamp;
use ultudy_store::llm_batches::Standing;

/// Batches, by what came of them: `provider`, `outcome`.
const BATCHES: &str = "ultudy_llm_batches_total";
/// Requests in them, likewise: `provider`, `outcome`.
const ITEMS: &str = "ultudy_llm_batch_items_total";
/// Requests that are not answered yet, as a gauge: `state`.
const AWAITED: &str = "ultudy_llm_batch_items";
/// For how long the first of them has been awaited, in seconds, as a gauge.
const OLDEST: &str = "ultudy_llm_batch_oldest_seconds";

/// A batch was sent, or is over.
pub(super) fn batch(provider: &str, outcome: &'static str) {
    let labels = [
        ("provider", provider.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::counter!(BATCHES, &labels).increment(1);
}

/// A request is over.
pub(super) fn item(provider: &str, outcome: &'static str) {
    let labels = [
        ("provider", provider.to_owned()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::counter!(ITEMS, &labels).increment(1);
}

/// How much there is.
pub(super) fn standing(standing: Standing, now: Timestamp) {
    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    for (state, count) in [("gathered", standing.gathered), ("sent", standing.sent)] {
        metrics::gauge!(AWAITED, "state" => state).set(count as f64);
    }
    let waited = standing.oldest.map(|since| now - since);
    let waited = waited.and_then(|waited| waited.to_std().ok());
    metrics::gauge!(OLDEST).set(waited.unwrap_or_default().as_secs_f64());
}
