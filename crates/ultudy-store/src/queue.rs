//! The queue on the `jobs` table.

use crate::Store;

/// Serves the queue from the `jobs` table: the row is both the truth and the queue entry,
/// so `push` only wakes waiting workers.
#[derive(Debug)]
pub struct TableQueue {
    _store: Store,
}

impl TableQueue {
    /// A queue on this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { _store: store }
    }
}
