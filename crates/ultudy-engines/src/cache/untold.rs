//! What a process knows to be outdated and the others have not heard yet.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Scopes, each with the number of its last outdating: one that was told speaks for those before it
/// only.
#[derive(Debug, Default)]
pub(super) struct Untold(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    scopes: HashMap<String, u64>,
}

impl Untold {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A scope is outdated; its number, for [`Self::told`].
    pub(super) fn begin(&self, scope: &str) -> u64 {
        let mut inner = self.inner();
        inner.last += 1;
        let number = inner.last;
        inner.scopes.insert(scope.to_owned(), number);
        number
    }

    /// The outdating of this number was told, after it had begun.
    pub(super) fn told(&self, scope: &str, number: u64) {
        let scopes = &mut self.inner().scopes;
        if scopes.get(scope) == Some(&number) {
            scopes.remove(scope);
        }
    }

    pub(super) fn contains(&self, scope: &str) -> bool {
        self.inner().scopes.contains_key(scope)
    }

    pub(super) fn scopes(&self) -> Vec<String> {
        self.inner().scopes.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_of_before_speaks_not_for_what_was_outdated_since() {
        let untold = Untold::default();
        let first = untold.begin("ada");
        let second = untold.begin("ada");
        untold.told("ada", first);
        assert!(untold.contains("ada"), "the second is not told");
        assert_eq!(untold.scopes(), ["ada"]);
        untold.told("ada", second);
        assert!(!untold.contains("ada"));
    }
}
