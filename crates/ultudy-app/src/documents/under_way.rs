//! Files that are arriving: so many at once, for each holds a connection and up to two parts of it in
//! memory, however slowly it comes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Error, Result};

/// How many files may arrive at once in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce {
    /// Of all users.
    pub all: usize,
    /// Of one user, so that nobody takes the places of all.
    pub of_one: usize,
}

/// How many, as a gauge.
const UNDER_WAY: &str = "ultudy_uploads_under_way";

/// How many of each user's are arriving in this process. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct UnderWay {
    most: AtOnce,
    files: Arc<Mutex<HashMap<String, usize>>>,
}

/// A file that is arriving, for as long as this lives.
#[derive(Debug)]
pub struct Arriving {
    among: UnderWay,
    owner_id: String,
}

impl UnderWay {
    /// Nothing is arriving yet.
    pub(crate) fn new(most: AtOnce) -> Self {
        let files = Arc::default();
        Self { most, files }
    }

    /// One more of this user's.
    ///
    /// # Errors
    /// [`Error::TooManyOfTheirs`], [`Error::Crowded`].
    pub(crate) fn begin(&self, owner_id: &str) -> Result<Arriving> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = files.values().sum();
        let theirs = files.get(owner_id).copied().unwrap_or_default();
        let AtOnce { all: most, of_one } = self.most;
        if theirs >= of_one {
            return Err(Error::TooManyOfTheirs { most: of_one });
        }
        if all >= most {
            return Err(Error::Crowded);
        }
        files.insert(owner_id.to_owned(), theirs + 1);
        tell(&files);
        Ok(Arriving {
            among: self.clone(),
            owner_id: owner_id.to_owned(),
        })
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let mut files = self
            .among
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(theirs) = files.get_mut(&self.owner_id) {
            *theirs -= 1;
            if *theirs == 0 {
                files.remove(&self.owner_id);
            }
        }
        tell(&files);
    }
}

/// While nobody changes them: told later, it could be told after what comes next.
fn tell(files: &HashMap<String, usize>) {
    let files: usize = files.values().sum();
    metrics::gauge!(UNDER_WAY).set(f64::from(u32::try_from(files).unwrap_or(u32::MAX)));
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;
    use crate::gauges::Gauges;

    /// One comes and stays while another comes and goes.
    #[test]
    fn what_is_shown_is_how_many_are_left() {
        let under_way = UnderWay::new(AtOnce { all: 8, of_one: 2 });
        let gauges = Gauges::default();
        let begin = |owner, at: &Barrier| {
            at.wait();
            metrics::with_local_recorder(&gauges, || under_way.begin(owner).unwrap())
        };
        let end = |arriving| metrics::with_local_recorder(&gauges, || drop(arriving));
        for round in 0..2_000 {
            let at_once = Barrier::new(2);
            let stays = thread::scope(|scope| {
                scope.spawn(|| end(begin("b", &at_once)));
                scope.spawn(|| begin("a", &at_once)).join().unwrap()
            });
            assert_eq!(gauges.shows(UNDER_WAY), Some(1.0), "{round}");
            end(stays);
        }
    }

    #[test]
    fn nobody_has_all_places_and_whoever_is_done_leaves_theirs() {
        let under_way = UnderWay::new(AtOnce { all: 8, of_one: 2 });
        let mut arriving: Vec<Arriving> = Vec::new();
        for owner in ["a", "b", "c", "d"] {
            for _ in 0..2 {
                arriving.push(under_way.begin(owner).unwrap());
            }
            let refused = under_way.begin(owner).unwrap_err();
            assert!(matches!(refused, Error::TooManyOfTheirs { most: 2 }));
        }
        assert!(matches!(under_way.begin("e"), Err(Error::Crowded)));
        arriving.pop();
        let last = under_way.begin("e").unwrap();
        arriving.clear();
        drop(last);
        assert!(under_way.files.lock().unwrap().is_empty());
    }
}
