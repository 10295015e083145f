//! The codes of an owner's vectors, looked through for those nearest to a query. What was read is kept
//! for the next search, within a bound for all owners together; whether it is still all there is, one
//! row tells.

use std::{
    collections::{BTreeMap, BinaryHeap, HashSet},
    num::NonZero,
    sync::Arc,
    thread,
};

use moka::sync::Cache;
use tokio::task::JoinSet;
use ultudy_domain::search::vector::CodedQuery;
use ultudy_store::{
    TenantTx,
    embeddings::{self, Codes, Stamp},
};
use uuid::Uuid;

use crate::{Error, Result};

/// Most memory that codes of all owners take, in KiB; those of whoever has not searched for longest go.
/// An owner's with more than that are read anew for each search.
const KEPT_KIB: u64 = 192 << 10;
/// Documents whose codes are read at once.
const DOCUMENTS: usize = 100;
/// Vectors from which on looking through them is left to threads of its own, and how many: a million takes
/// one some 20 ms.
const MANY: usize = 20_000;
const THREADS: usize = 4;

/// An owner's codes of one model.
struct Held {
    model: String,
    stamp: Stamp,
    documents: BTreeMap<i64, Arc<Codes>>,
}

/// What is kept of all owners.
pub(crate) struct KnownCodes(Cache<String, Arc<Held>>);

impl Default for KnownCodes {
    fn default() -> Self {
        let kib = |owner: &String, held: &Arc<Held>| {
            let bytes: usize = held.documents.values().map(|codes| codes.size()).sum();
            u32::try_from((bytes + owner.len()) / 1024 + 1).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(KEPT_KIB).weigher(kib).build())
    }
}

/// What is looked for.
pub(super) struct Nearest<'a> {
    pub(super) model: &'a str,
    pub(super) query: CodedQuery,
    /// In these documents only.
    pub(super) documents: Option<HashSet<Uuid>>,
    /// Most passages.
    pub(super) wanted: usize,
}

impl KnownCodes {
    /// The passages of the owner whose vectors of this model are nearest, in no order.
    pub(super) async fn nearest(
        &self,
        tx: &mut TenantTx,
        nearest: Nearest<'_>,
    ) -> Result<Vec<i64>> {
        let owner_id = tx.owner_id().to_owned();
        let stamp = embeddings::stamp(tx, nearest.model).await?;
        if stamp.documents == 0 {
            return Ok(Vec::new());
        }
        let known = self.0.get(&owner_id);
        let known = known.filter(|held| held.model == nearest.model);
        let best = Best::of(nearest);
        if let Some(held) = known.as_ref().filter(|held| held.stamp == stamp) {
            let documents: Vec<_> = held.documents.values().cloned().collect();
            return Ok(best.looked_through(documents).await?.numbers());
        }
        self.read(tx, best, known.as_deref(), (owner_id, stamp))
            .await
    }

    /// Looks through what is known and what is not as it is read, which is kept if there is room.
    async fn read(
        &self,
        tx: &mut TenantTx,
        mut best: Best,
        known: Option<&Held>,
        (owner_id, stamp): (String, Stamp),
    ) -> Result<Vec<i64>> {
        let mut documents = BTreeMap::new();
        let mut missing = Vec::new();
        for number in embeddings::numbers(tx, &best.model).await? {
            match known.and_then(|held| held.documents.get(&number)) {
                Some(codes) => drop(documents.insert(number, Arc::clone(codes))),
                None => missing.push(number),
            }
        }
        best = best
            .looked_through(documents.values().cloned().collect())
            .await?;
        let mut size: usize = documents.values().map(|codes| codes.size()).sum();
        for some in missing.chunks(DOCUMENTS) {
            let read = embeddings::codes(tx, some).await?;
            let read = read
                .into_iter()
                .map(|(number, codes)| (number, Arc::new(codes)));
            let read: Vec<(i64, Arc<Codes>)> = read.collect();
            best = best
                .looked_through(read.iter().map(|(_, codes)| Arc::clone(codes)).collect())
                .await?;
            size += read.iter().map(|(_, codes)| codes.size()).sum::<usize>();
            if is_kept(size) {
                documents.extend(read);
            } else {
                documents.clear();
            }
        }
        if is_kept(size) {
            let held = Held {
                model: best.model.clone(),
                stamp,
                documents,
            };
            self.0.insert(owner_id, Arc::new(held));
        }
        Ok(best.numbers())
    }
}

fn is_kept(bytes: usize) -> bool {
    (bytes / 1024) as u64 <= KEPT_KIB
}

/// The nearest vectors so far.
struct Best {
    model: String,
    query: Arc<CodedQuery>,
    documents: Option<Arc<HashSet<Uuid>>>,
    wanted: usize,
    /// The furthest on top.
    heap: BinaryHeap<(u32, i64)>,
}

impl Best {
    fn of(nearest: Nearest<'_>) -> Self {
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

    async fn looked_through(mut self, documents: Vec<Arc<Codes>>) -> Result<Self> {
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

    fn numbers(self) -> Vec<i64> {
        let numbers: HashSet<i64> = self.heap.into_iter().map(|(_, number)| number).collect();
        numbers.into_iter().collect()
    }
}
