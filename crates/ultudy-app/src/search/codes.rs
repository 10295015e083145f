//! The codes of an owner's vectors, to be looked through for those nearest to a query. What was read is
//! kept for the next search; whether it is still all there is, one row tells. Of all owners together no
//! more than a bound is kept, and no more than that is being read at a time.

use std::{collections::BTreeMap, sync::Arc};

use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::sync::Semaphore;
use ultudy_store::{
    TenantTx,
    embeddings::{self, Codes, Listed, Stamp},
};

use super::nearest::{Best, Nearest};
use crate::Result;

/// Bytes of codes, and documents, that are read by one statement.
const BATCH: usize = 4 << 20;
const DOCUMENTS: usize = 100;
/// KiB up to which codes are read without asking whether there is room: each search reads its own.
const SMALL: usize = 1 << 10;

/// Memory that codes of all owners take, as a gauge.
const KEPT: &str = "ultudy_search_codes_bytes";
/// Times that codes were read from the database: `outcome`.
const READ: &str = "ultudy_search_codes_reads_total";

/// An owner's codes of one model.
struct Held {
    model: String,
    stamp: Stamp,
    documents: BTreeMap<i64, Arc<Codes>>,
}

/// What is kept of all owners; of those that have not searched for longest, nothing.
pub(crate) struct KnownCodes {
    kept: Cache<String, Arc<Held>>,
    kib: usize,
    /// KiB that may yet be read at a time.
    room: Semaphore,
}

impl KnownCodes {
    /// Keeps at most so many bytes.
    pub(crate) fn new(bytes_max: u64) -> Self {
        let weight = |owner: &String, held: &Arc<Held>| {
            let bytes: usize = held.documents.values().map(|codes| codes.size()).sum();
            u32::try_from(in_kib(bytes + owner.len())).unwrap_or(u32::MAX)
        };
        let kib = usize::try_from(bytes_max / 1024).unwrap_or(usize::MAX);
        let kib = kib.min(Semaphore::MAX_PERMITS);
        // Who has just searched searches again, whoever else has searched how often.
        let kept = Cache::builder()
            .max_capacity(kib as u64)
            .weigher(weight)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self {
            kept,
            kib,
            room: Semaphore::new(kib),
        }
    }

    /// The passages of the owner whose vectors of this model are nearest, in no order. None if they would
    /// have to be read, and there is no room for it now.
    pub(super) async fn nearest(
        &self,
        tx: &mut TenantTx,
        nearest: Nearest<'_>,
    ) -> Result<Option<Vec<i64>>> {
        let stamp = embeddings::stamp(tx, nearest.model).await?;
        if stamp.documents == 0 {
            return Ok(Some(Vec::new()));
        }
        let known = self.kept.get(tx.owner_id());
        let known = known.filter(|held| held.model == nearest.model);
        let best = Best::of(nearest);
        if let Some(held) = known.as_ref().filter(|held| held.stamp == stamp) {
            let documents: Vec<_> = held.documents.values().cloned().collect();
            return Ok(Some(best.looked_through(documents).await?.numbers()));
        }
        self.read(tx, best, known.as_deref(), stamp).await
    }

    /// Looks through what is known and what is not as it is read, which is kept if there is room.
    async fn read(
        &self,
        tx: &mut TenantTx,
        mut best: Best,
        known: Option<&Held>,
        stamp: Stamp,
    ) -> Result<Option<Vec<i64>>> {
        let mut documents = BTreeMap::new();
        let mut missing = Vec::new();
        for listed in embeddings::listed(tx, &best.model).await? {
            match known.and_then(|held| held.documents.get(&listed.number)) {
                Some(codes) => drop(documents.insert(listed.number, Arc::clone(codes))),
                None => missing.push(listed),
            }
        }
        let held: usize = documents.values().map(|codes| codes.size()).sum();
        let unread: usize = missing.iter().map(|listed| listed.bytes).sum();
        let is_kept = in_kib(held + unread) <= self.kib;
        let wanted = match is_kept {
            true => in_kib(unread),
            false => in_kib(BATCH).min(self.kib),
        };
        let _room = match u32::try_from(wanted) {
            Ok(_) if wanted <= SMALL => None,
            Ok(kib) => match self.room.try_acquire_many(kib) {
                Ok(room) => Some(room),
                Err(_) => return Ok(None),
            },
            Err(_) => return Ok(None),
        };
        best = best
            .looked_through(documents.values().cloned().collect())
            .await?;
        for some in batches(&missing) {
            let numbers: Vec<i64> = some.iter().map(|listed| listed.number).collect();
            let read = embeddings::codes(tx, &numbers).await?;
            let read = read
                .into_iter()
                .map(|(number, codes)| (number, Arc::new(codes)));
            let read: Vec<(i64, Arc<Codes>)> = read.collect();
            best = best
                .looked_through(read.iter().map(|(_, codes)| Arc::clone(codes)).collect())
                .await?;
            if is_kept {
                documents.extend(read);
            }
        }
        if is_kept {
            let held = Held {
                model: best.model.clone(),
                stamp,
                documents,
            };
            self.keep(tx.owner_id(), held);
        }
        let outcome = if is_kept { "kept" } else { "too_many" };
        metrics::counter!(READ, "outcome" => outcome).increment(1);
        Ok(Some(best.numbers()))
    }

    fn keep(&self, owner_id: &str, held: Held) {
        self.kept.insert(owner_id.to_owned(), Arc::new(held));
        // What is over the bound goes now, not some time.
        self.kept.run_pending_tasks();
        let kib = u32::try_from(self.kept.weighted_size()).unwrap_or(u32::MAX);
        metrics::gauge!(KEPT).set(f64::from(kib) * 1024.0);
    }
}

fn in_kib(bytes: usize) -> usize {
    bytes / 1024 + 1
}

/// Documents as they are read together, each at least one.
fn batches(missing: &[Listed]) -> impl Iterator<Item = &[Listed]> {
    let mut rest = missing;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let within = |listed: &&Listed| {
            bytes += listed.bytes;
            bytes <= BATCH
        };
        let count = rest.iter().take(DOCUMENTS).take_while(within).count();
        let (some, others) = rest.split_at_checked(count.max(1))?;
        rest = others;
        Some(some)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_at_once_than_a_batch_and_nothing_is_left_out() {
        let listed = |number: i64, bytes| Listed { number, bytes };
        let large = [(1, 10), (2, BATCH), (3, BATCH + 1), (4, 1), (5, BATCH - 1)];
        let large = large.map(|(number, bytes)| listed(number, bytes));
        let sizes = |missing: &[Listed]| batches(missing).map(<[_]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(&large), [1, 1, 1, 2]);
        let small: Vec<Listed> = (0..250).map(|number| listed(number, 10)).collect();
        assert_eq!(sizes(&small), [100, 100, 50]);
        assert!(sizes(&[]).is_empty());
    }
}
