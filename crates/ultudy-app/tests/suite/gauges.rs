//! What gauges show, for tests that tell metrics and ask what was told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

/// A recorder of gauges, by name and without their labels; to be set for a thread by the `metrics` crate.
/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Gauges(Arc<Mutex<HashMap<String, Arc<Shown>>>>);

impl Gauges {
    /// What this one was told last, if it was told anything.
    #[must_use]
    pub fn shows(&self, name: &str) -> Option<f64> {
        let gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = gauges.get(name)?.0.lock();
        *shown.unwrap_or_else(PoisonError::into_inner)
    }
}

/// One gauge.
#[derive(Debug, Default)]
struct Shown(Mutex<Option<f64>>);

impl Shown {
    fn add(&self, value: f64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(shown.unwrap_or_default() + value);
    }
}

impl GaugeFn for Shown {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    /// Lets others go first, if they may.
    fn set(&self, value: f64) {
        std::thread::yield_now();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }
}

impl Recorder for Gauges {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = gauges.entry(key.name().to_owned()).or_default();
        Gauge::from_arc(Arc::clone(shown))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
