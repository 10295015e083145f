//! How often signing in may fail: a sliding window for each account and each address.
//!
//! An attempt counts from its beginning, so that many at once are no way around; one that
//! succeeds is taken back. From an address where an account has signed in before, its
//! attempts are counted apart: strangers elsewhere cannot keep its owner out.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use moka::sync::Cache;
use ultudy_domain::Timestamp;

use crate::{Error, Result, limits::network};

/// Failures of an account within the window.
const PER_ACCOUNT: usize = 10;
/// Failures of an address within the window.
const PER_ADDRESS: usize = 50;
/// The window.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Most accounts and addresses that are remembered; about 100 bytes each.
const REMEMBERED_MAX: u64 = 100_000;
/// How long an address is known to be an account's own.
const HOME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

type Moments = Arc<Mutex<VecDeque<Timestamp>>>;

/// What is counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counter {
    /// An account, asked for from anywhere.
    Account(String),
    /// An account, asked for from where it has signed in before.
    AtHome(String, IpAddr),
    /// Anything from an address.
    Address(IpAddr),
}

impl Counter {
    fn limit(&self) -> usize {
        match self {
            Self::Account(_) | Self::AtHome(..) => PER_ACCOUNT,
            Self::Address(_) => PER_ADDRESS,
        }
    }
}

/// The attempts of the last quarter of an hour.
pub(super) struct Attempts {
    made: Cache<Counter, Moments>,
    homes: Cache<(String, IpAddr), ()>,
}

/// An attempt that counts as failed until something else is said.
pub(super) struct Attempt<'a> {
    attempts: &'a Attempts,
    account: Option<String>,
    address: Option<IpAddr>,
    counted: Vec<Counter>,
    at: Timestamp,
}

impl Default for Attempts {
    fn default() -> Self {
        // The window itself is by the application's clock; this only frees memory.
        let made = Cache::builder()
            .max_capacity(REMEMBERED_MAX)
            .time_to_idle(WINDOW.to_std().unwrap_or_default());
        let homes = Cache::builder()
            .max_capacity(REMEMBERED_MAX)
            .time_to_idle(HOME);
        Self {
            made: made.build(),
            homes: homes.build(),
        }
    }
}

impl Attempts {
    /// Begins an attempt; [`Error::TooMany`] when too many failed before.
    pub(super) fn begin(
        &self,
        account: Option<&str>,
        address: Option<IpAddr>,
        at: Timestamp,
    ) -> Result<Attempt<'_>> {
        let address = address.map(network);
        let mut attempt = Attempt {
            attempts: self,
            account: account.map(str::to_owned),
            address,
            counted: Vec::new(),
            at,
        };
        let of_account = account.map(|account| self.counter(account, address));
        for counter in of_account.into_iter().chain(address.map(Counter::Address)) {
            match self.count(&counter, at) {
                Ok(()) => attempt.counted.push(counter),
                Err(error) => {
                    attempt.take_back();
                    return Err(error);
                }
            }
        }
        Ok(attempt)
    }

    /// Forgets what failed for an account, seen from an address.
    pub(super) fn forget(&self, account: &str, address: Option<IpAddr>) {
        self.made.invalidate(&Counter::Account(account.to_owned()));
        if let Some(address) = address {
            let at_home = Counter::AtHome(account.to_owned(), network(address));
            self.made.invalidate(&at_home);
        }
    }

    /// An account has been let in from an address.
    pub(super) fn let_in(&self, account: &str, address: Option<IpAddr>) {
        if let Some(address) = address {
            let home = (account.to_owned(), network(address));
            self.homes.insert(home, ());
        }
    }

    fn counter(&self, account: &str, address: Option<IpAddr>) -> Counter {
        let home =
            address.filter(|address| self.homes.contains_key(&(account.to_owned(), *address)));
        match home {
            Some(address) => Counter::AtHome(account.to_owned(), address),
            None => Counter::Account(account.to_owned()),
        }
    }

    /// Counts one more; [`Error::TooMany`] says how long to wait.
    fn count(&self, counter: &Counter, at: Timestamp) -> Result<()> {
        let moments = self.made.get_with_by_ref(counter, Moments::default);
        let mut moments = moments.lock().unwrap_or_else(PoisonError::into_inner);
        while moments.front().is_some_and(|first| *first + WINDOW <= at) {
            moments.pop_front();
        }
        match moments.front() {
            Some(first) if moments.len() >= counter.limit() => {
                let wait = *first + WINDOW - at;
                Err(Error::TooMany {
                    retry_after: wait.to_std().unwrap_or_default(),
                })
            }
            _ => {
                moments.push_back(at);
                Ok(())
            }
        }
    }
}

impl Attempt<'_> {
    /// It was the right password: the account's failures are forgotten, its address is known.
    pub(super) fn succeeded(self) {
        self.take_back();
        if let Some(account) = &self.account {
            for counter in &self.counted {
                // The address may have failed for others, too.
                if !matches!(counter, Counter::Address(_)) {
                    self.attempts.made.invalidate(counter);
                }
            }
            self.attempts.let_in(account, self.address);
        }
    }

    /// It was neither right nor wrong.
    pub(super) fn take_back(&self) {
        for counter in &self.counted {
            let Some(moments) = self.attempts.made.get(counter) else {
                continue;
            };
            let mut moments = moments.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = moments.iter().rposition(|moment| *moment == self.at) {
                moments.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_900_000_000 + seconds, 0).unwrap_or_default()
    }

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    /// Fails once; seconds to wait if not even that was allowed.
    fn fail(attempts: &Attempts, account: &str, from: &str, seconds: i64) -> Option<u64> {
        match attempts.begin(Some(account), ip(from), at(seconds)) {
            Err(Error::TooMany { retry_after }) => Some(retry_after.as_secs()),
            _ => None,
        }
    }

    #[test]
    fn the_eleventh_failure_of_an_account_waits_for_the_first_to_be_forgotten() {
        let attempts = Attempts::default();
        for second in 0..10 {
            let from = format!("192.0.2.{second}");
            assert_eq!(fail(&attempts, "ada", &from, second), None);
        }
        assert_eq!(fail(&attempts, "ada", "192.0.2.99", 60), Some(840));
        assert_eq!(fail(&attempts, "eve", "192.0.2.99", 60), None);
        assert_eq!(fail(&attempts, "ada", "192.0.2.99", 899), Some(1));
        assert_eq!(fail(&attempts, "ada", "192.0.2.99", 900), None);
    }

    #[test]
    fn an_address_fails_fifty_times_whatever_it_asks_for() {
        let attempts = Attempts::default();
        for n in 0..50 {
            assert_eq!(
                fail(&attempts, &format!("user-{n}"), "2001:db8::1", 0),
                None
            );
        }
        // The same network.
        let wait = fail(&attempts, "another", "2001:db8::ffff:1", 100);
        assert_eq!(wait, Some(800));
        assert_eq!(fail(&attempts, "another", "2001:db8:0:1::1", 100), None);
        // What was refused counted for neither.
        for second in 101..110 {
            let from = format!("192.0.2.{second}");
            assert_eq!(fail(&attempts, "another", &from, second), None);
        }
        assert!(fail(&attempts, "another", "192.0.2.1", 111).is_some());
    }

    #[test]
    fn success_forgets_the_accounts_failures_and_not_the_addresss() {
        let attempts = Attempts::default();
        for n in 0..49 {
            assert_eq!(
                fail(&attempts, &format!("user-{}", n % 9), "192.0.2.1", n),
                None
            );
        }
        let own = attempts.begin(Some("user-0"), ip("192.0.2.1"), at(50));
        own.unwrap().succeeded();
        assert_eq!(fail(&attempts, "user-9", "192.0.2.1", 51), None);
        assert!(fail(&attempts, "user-9", "192.0.2.1", 52).is_some());
    }

    #[test]
    fn strangers_do_not_keep_an_owner_out_where_they_have_been_before() {
        let attempts = Attempts::default();
        let home = attempts.begin(Some("ada"), ip("192.0.2.1"), at(0));
        home.unwrap().succeeded();
        for second in 1..=10 {
            assert_eq!(fail(&attempts, "ada", "198.51.100.1", second), None);
        }
        assert!(fail(&attempts, "ada", "198.51.100.1", 11).is_some());
        for second in 12..22 {
            assert_eq!(fail(&attempts, "ada", "192.0.2.1", second), None);
        }
        assert!(fail(&attempts, "ada", "192.0.2.1", 23).is_some());
    }

    #[test]
    fn many_at_once_are_counted_one_by_one() {
        let attempts = Attempts::default();
        let open: Vec<_> = (0..20)
            .map(|_| attempts.begin(Some("ada"), None, at(0)))
            .collect();
        assert_eq!(open.iter().filter(|begun| begun.is_ok()).count(), 10);
        for attempt in open.into_iter().flatten() {
            attempt.take_back();
        }
        assert_eq!(fail(&attempts, "ada", "192.0.2.1", 1), None);
    }
}
