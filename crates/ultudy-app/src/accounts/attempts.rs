//! How often signing in may fail: a sliding window for each account and each address, counted by
//! whoever counts the other limits, so that all servers count together.
//!
//! An attempt counts from its beginning, so that many at once are no way around; one that
//! succeeds is taken back. From an address where an account has signed in before, its
//! attempts are counted apart: strangers elsewhere cannot keep its owner out. Where that was its
//! sessions tell (`sign_in`), at every server; where it has signed out since, only this process knows.

use std::{net::IpAddr, sync::Arc, time::Duration};

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use ultudy_engines::limiter::{Counter, Decision, Limit, Limiter, Reservation};
use uuid::Uuid;

use crate::{Error, Result, limits::network};

/// Failures of an account within the window.
const PER_ACCOUNT: u32 = 10;
/// Failures of an address within the window.
const PER_ADDRESS: u32 = 50;
/// The window.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Most addresses of accounts that are remembered; about 100 bytes each.
const REMEMBERED_MAX: u64 = 100_000;
/// How long an address is known to be an account's own.
const HOME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// An account, asked for from anywhere.
    Account(String),
    /// An account, asked for from where it has signed in before.
    AtHome(String, IpAddr),
    /// Anything from an address.
    Address(IpAddr),
}

impl Kind {
    fn most(&self) -> u32 {
        match self {
            Self::Account(_) | Self::AtHome(..) => PER_ACCOUNT,
            Self::Address(_) => PER_ADDRESS,
        }
    }

    /// Whoever can read what is counted is not told of whom.
    fn counter(&self) -> Counter {
        let (kind, whose) = match self {
            Self::Account(account) => ("sign_in_account", account.clone()),
            Self::AtHome(account, address) => ("sign_in_at_home", format!("{address} {account}")),
            Self::Address(address) => ("sign_in_address", address.to_string()),
        };
        Counter {
            kind,
            whose: hex::encode(Sha256::digest(whose)),
        }
    }
}

/// The attempts of the last quarter of an hour.
pub(super) struct Attempts {
    limiter: Arc<dyn Limiter>,
    homes: Cache<(String, IpAddr), ()>,
}

/// An attempt that counts as failed until something else is said.
pub(super) struct Attempt<'a> {
    attempts: &'a Attempts,
    account: Option<String>,
    address: Option<IpAddr>,
    counted: Vec<Kind>,
    id: Uuid,
}

impl Attempts {
    /// Counted by this limiter.
    pub(super) fn new(limiter: Arc<dyn Limiter>) -> Self {
        let homes = Cache::builder()
            .max_capacity(REMEMBERED_MAX)
            .time_to_idle(HOME);
        Self {
            limiter,
            homes: homes.build(),
        }
    }

    /// Begins an attempt, which `id` names; [`Error::TooMany`] when too many failed before.
    pub(super) async fn begin(
        &self,
        account: Option<&str>,
        address: Option<IpAddr>,
        id: Uuid,
    ) -> Result<Attempt<'_>> {
        let address = address.map(network);
        let mut attempt = Attempt {
            attempts: self,
            account: account.map(str::to_owned),
            address,
            counted: Vec::new(),
            id,
        };
        let of_account = account.map(|account| self.kind(account, address));
        for kind in of_account.into_iter().chain(address.map(Kind::Address)) {
            match self.count(&kind, id).await {
                Ok(()) => attempt.counted.push(kind),
                Err(error) => {
                    attempt.take_back().await;
                    return Err(error);
                }
            }
        }
        Ok(attempt)
    }

    /// Forgets what failed for an account, seen from an address.
    pub(super) async fn forget(&self, account: &str, address: Option<IpAddr>) {
        let anywhere = Kind::Account(account.to_owned());
        let at_home = address.map(|address| Kind::AtHome(account.to_owned(), network(address)));
        for kind in [anywhere].into_iter().chain(at_home) {
            self.limiter.forget(&kind.counter()).await;
        }
    }

    /// An account has been let in from an address.
    pub(super) fn let_in(&self, account: &str, address: Option<IpAddr>) {
        if let Some(address) = address {
            let home = (account.to_owned(), network(address));
            self.homes.insert(home, ());
        }
    }

    fn kind(&self, account: &str, address: Option<IpAddr>) -> Kind {
        let home =
            address.filter(|address| self.homes.contains_key(&(account.to_owned(), *address)));
        match home {
            Some(address) => Kind::AtHome(account.to_owned(), address),
            None => Kind::Account(account.to_owned()),
        }
    }

    /// Counts one more; [`Error::TooMany`] says how long to wait.
    async fn count(&self, kind: &Kind, id: Uuid) -> Result<()> {
        let limit = Limit {
            most: kind.most(),
            window: WINDOW,
        };
        match self
            .limiter
            .reserve(&kind.counter(), limit, named(id))
            .await
        {
            Decision::Allowed { .. } => Ok(()),
            Decision::Refused { wait } => Err(Error::TooMany { retry_after: wait }),
        }
    }
}

/// Nobody shares an attempt.
fn named(id: Uuid) -> Reservation {
    Reservation {
        place: id,
        holder: id,
    }
}

impl Attempt<'_> {
    /// It was the right password: the account's failures are forgotten, its address is known.
    pub(super) async fn succeeded(self) {
        self.take_back().await;
        if let Some(account) = &self.account {
            for kind in &self.counted {
                // The address may have failed for others, too.
                if !matches!(kind, Kind::Address(_)) {
                    self.attempts.limiter.forget(&kind.counter()).await;
                }
            }
            self.attempts.let_in(account, self.address);
        }
    }

    /// It was neither right nor wrong.
    pub(super) async fn take_back(&self) {
        for kind in &self.counted {
            let counter = kind.counter();
            self.attempts
                .limiter
                .release(&counter, named(self.id))
                .await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::Instant,
    };

    use futures_util::future::join_all;
    use ultudy_engines::limiter::InProcessLimiter;

    use super::*;

    /// Attempts by a clock that is set.
    struct Bench {
        attempts: Attempts,
        seconds: Arc<AtomicU64>,
        drawn: AtomicU64,
    }

    impl Bench {
        fn new() -> Self {
            let seconds = Arc::new(AtomicU64::new(0));
            let (begun, passed) = (Instant::now(), Arc::clone(&seconds));
            let now = move || begun + Duration::from_secs(passed.load(Ordering::Relaxed));
            Self {
                attempts: Attempts::new(Arc::new(InProcessLimiter::by(now))),
                seconds,
                drawn: AtomicU64::new(0),
            }
        }

        async fn begin(
            &self,
            account: &str,
            address: Option<IpAddr>,
            seconds: u64,
        ) -> Result<Attempt<'_>> {
            self.seconds.store(seconds, Ordering::Relaxed);
            let id = Uuid::from_u128(self.drawn.fetch_add(1, Ordering::Relaxed).into());
            self.attempts.begin(Some(account), address, id).await
        }
    }

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    /// Fails once; seconds to wait if not even that was allowed.
    async fn fail(bench: &Bench, account: &str, from: &str, seconds: u64) -> Option<u64> {
        match bench.begin(account, ip(from), seconds).await {
            Err(Error::TooMany { retry_after }) => Some(retry_after.as_secs()),
            _ => None,
        }
    }

    #[tokio::test]
    async fn the_eleventh_failure_of_an_account_waits_for_the_first_to_be_forgotten() {
        let bench = Bench::new();
        for second in 0..10 {
            let from = format!("192.0.2.{second}");
            assert_eq!(fail(&bench, "ada", &from, second).await, None);
        }
        assert_eq!(fail(&bench, "ada", "192.0.2.99", 60).await, Some(840));
        assert_eq!(fail(&bench, "eve", "192.0.2.99", 60).await, None);
        assert_eq!(fail(&bench, "ada", "192.0.2.99", 899).await, Some(1));
        assert_eq!(fail(&bench, "ada", "192.0.2.99", 900).await, None);
    }

    #[tokio::test]
    async fn an_address_fails_fifty_times_whatever_it_asks_for() {
        let bench = Bench::new();
        for n in 0..50 {
            assert_eq!(
                fail(&bench, &format!("user-{n}"), "2001:db8::1", 0).await,
                None
            );
        }
        // The same network.
        let wait = fail(&bench, "another", "2001:db8::ffff:1", 100).await;
        assert_eq!(wait, Some(800));
        assert_eq!(fail(&bench, "another", "2001:db8:0:1::1", 100).await, None);
        // What was refused counted for neither.
        for second in 101..110 {
            let from = format!("192.0.2.{second}");
            assert_eq!(fail(&bench, "another", &from, second).await, None);
        }
        assert!(fail(&bench, "another", "192.0.2.1", 111).await.is_some());
    }

    #[tokio::test]
    async fn success_forgets_the_accounts_failures_and_not_the_addresss() {
        let bench = Bench::new();
        for n in 0..49 {
            assert_eq!(
                fail(&bench, &format!("user-{}", n % 9), "192.0.2.1", n).await,
                None
            );
        }
        let own = bench.begin("user-0", ip("192.0.2.1"), 50);
        own.await.unwrap().succeeded().await;
        assert_eq!(fail(&bench, "user-9", "192.0.2.1", 51).await, None);
        assert!(fail(&bench, "user-9", "192.0.2.1", 52).await.is_some());
    }

    #[tokio::test]
    async fn strangers_do_not_keep_an_owner_out_where_they_have_been_before() {
        let bench = Bench::new();
        let home = bench.begin("ada", ip("192.0.2.1"), 0);
        home.await.unwrap().succeeded().await;
        for second in 1..=10 {
            assert_eq!(fail(&bench, "ada", "198.51.100.1", second).await, None);
        }
        assert!(fail(&bench, "ada", "198.51.100.1", 11).await.is_some());
        for second in 12..22 {
            assert_eq!(fail(&bench, "ada", "192.0.2.1", second).await, None);
        }
        assert!(fail(&bench, "ada", "192.0.2.1", 23).await.is_some());
    }

    #[tokio::test]
    async fn many_at_once_are_counted_one_by_one() {
        let bench = Bench::new();
        let open = join_all((0..20).map(|_| bench.begin("ada", None, 0))).await;
        assert_eq!(open.iter().filter(|begun| begun.is_ok()).count(), 10);
        for attempt in open.into_iter().flatten() {
            attempt.take_back().await;
        }
        assert_eq!(fail(&bench, "ada", "192.0.2.1", 1).await, None);
    }
}
