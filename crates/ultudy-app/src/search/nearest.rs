//! Codes looked through for those nearest to a query.

use std::{
    collections::{BinaryHeap, HashSet},
    num::NonZero,
    sync::Arc,
    thread,
};

use tokio::task::JoinSet;
use ultudy_domain::search::vector::CodedQuery;
use ultudy_store::embeddings::Codes;
use uuid::Uuid;

use crate::{Error, Result};

/// Vectors from which on looking through them is left to threads of its own, and how many: a million takes
/// one some 20 ms.
const MANY: usize = 20_000;
const THREADS: usize = 4;

/// What is looked for.
pub(super) struct Nearest<'a> {
    pub(super) model: &'a str,
    pub(super) query: CodedQuery,
    /// In these documents only.
    pub(super) documents: Option<HashSet<Uuid>>,
    /// Most passages.
    pub(super) wanted: usize,
}

/// The nearest vectors so far.
pub(super) struct Best {
    pub(super) model: String,
    query: Arc<CodedQuery>,
    documents: Option<Arc<HashSet<Uuid>>>,
    wanted: usize,
    /// The furthest on top.
    heap: BinaryHeap<(u32, i64)>,
}

impl Best {
    pub(super) fn of(nearest: Nearest<'_>) -> Self {
        Self {
            model: nearest.model.to_owned(),
            query: Arc::new(nearest.query),
            documents: nearest.documents.map(Arc::new),
            wanted: nearest.wanted,
            heap: BinaryHeap::with_capacity(nearest.wanted + 1),
        }
    }

    /// The same without any vectors yet.
    fn empty(&self) -> Self {
        Self {
            model: self.model.clone(),
            query: Arc::clone(&self.query),
            documents: self.documents.clone(),
            wanted: self.wanted,
            heap: BinaryHeap::new(),
        }
    }

    /// When these were looked through, too.
    pub(super) async fn looked_through(mut self, documents: Vec<Arc<Codes>>) -> Result<Self> {
        let vectors: usize = documents.iter().map(|codes| codes.passages.len()).sum();
        if vectors < MANY {
            for codes in &documents {
                self.look_through(codes);
            }
            return Ok(self);
        }
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let each = documents.len().div_ceil(threads.min(THREADS));
        let mut looking = JoinSet::new();
        for some in documents.chunks(each.max(1)) {
            let (some, mut best) = (some.to_vec(), self.empty());
            looking.spawn_blocking(move || {
                for codes in &some {
                    best.look_through(codes);
                }
                best.heap
            });
        }
        while let Some(heap) = looking.join_next().await {
            for (distance, number) in heap.map_err(Error::internal)? {
                self.add(distance, number);
            }
        }
        Ok(self)
    }

    fn look_through(&mut self, codes: &Codes) {
        let is_wanted = |documents: &Arc<HashSet<Uuid>>| documents.contains(&codes.document_id);
        if !self.documents.as_ref().is_none_or(is_wanted) {
            return;
        }
        for (number, code) in codes.iter() {
            self.add(self.query.distance(code), number);
        }
    }

    fn add(&mut self, distance: u32, number: i64) {
        if self.heap.len() >= self.wanted {
            match self.heap.peek() {
                Some(furthest) if (distance, number) < *furthest => drop(self.heap.pop()),
                _ => return,
            }
        }
        self.heap.push((distance, number));
    }

    /// Their passages, in no order.
    pub(super) fn numbers(self) -> Vec<i64> {
        let numbers: HashSet<i64> = self.heap.into_iter().map(|(_, number)| number).collect();
        numbers.into_iter().collect()
    }
}
