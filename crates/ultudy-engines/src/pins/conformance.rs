//! What every engine of pins must pass: [`all`].

use std::time::Duration;

use super::Pins;

/// Runs every case against engines whose pins hold as long as asked.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<P: Pins>(fresh: impl AsyncFn(Duration) -> P) {
    a_pin_is_one_owners(&fresh(Duration::from_secs(600)).await).await;
    a_pin_ends(&fresh(Duration::from_millis(1)).await).await;
}

async fn a_pin_is_one_owners(pins: &impl Pins) {
    let odd = "a:da {x} 'ü'";
    assert!(!pins.is_pinned("ada").await && !pins.is_pinned(odd).await);
    pins.pin("ada").await;
    assert!(pins.is_pinned("ada").await && !pins.is_pinned("bob").await);
    assert!(!pins.is_pinned("ad").await && !pins.is_pinned(odd).await);
    pins.pin(odd).await;
    assert!(pins.is_pinned(odd).await && pins.is_pinned("ada").await);
}

async fn a_pin_ends(pins: &impl Pins) {
    pins.pin("ada").await;
    while pins.is_pinned("ada").await {
        tokio::task::yield_now().await;
    }
}
