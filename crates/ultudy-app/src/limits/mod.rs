//! How often a user may ask for what costs. Order: what is asked for is checked; what exists or
//! is under way is answered uncharged; a place is reserved; it is done; and if nothing came of
//! it the place is given back.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use sha2::{Digest, Sha256};
use ultudy_domain::job::JobType;
use ultudy_engines::limiter::{Counter, Decision, InProcessLimiter, Limit, Limiter, Reservation};
use ultudy_store::{NotWritten, StoreError, TenantTx, Ticket};
use uuid::Uuid;

use crate::{App, Error, Result};

/// Every limit is so many within this.
pub const WINDOW: Duration = Duration::from_secs(60);

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Jobs that make lessons.
    LessonJobs,
    /// Jobs that read uploads.
    UploadJobs,
    /// Questions that are answered, with a model or without, and answers in own words that a model reads.
    Questions,
    /// Requests of any kind, of a user.
    UserRequests,
    /// Requests of any kind, from an address.
    AddressRequests,
}

impl Kind {
    /// A stable name, in counters and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LessonJobs => "lesson_jobs",
            Self::UploadJobs => "upload_jobs",
            Self::Questions => "questions",
            Self::UserRequests => "user_requests",
            Self::AddressRequests => "address_requests",
        }
    }

    /// What jobs of a type count as.
    pub(crate) fn of(job_type: JobType) -> Self {
        match job_type {
            JobType::GenerateLesson => Self::LessonJobs,
            JobType::UploadPdf => Self::UploadJobs,
        }
    }
}

/// Most that may be done within [`WINDOW`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Jobs that make lessons.
    pub lesson_jobs: u32,
    /// Jobs that read uploads.
    pub upload_jobs: u32,
    /// Questions that are answered, with a model or without, and answers in own words that a model reads.
    pub questions: u32,
    /// Requests of a user.
    pub user_requests: u32,
    /// Requests from an address.
    pub address_requests: u32,
}

impl Rules {
    fn most(self, kind: Kind) -> u32 {
        match kind {
            Kind::LessonJobs => self.lesson_jobs,
            Kind::UploadJobs => self.upload_jobs,
            Kind::Questions => self.questions,
            Kind::UserRequests => self.user_requests,
            Kind::AddressRequests => self.address_requests,
        }
    }
}

/// The limits and who counts.
pub struct Limits {
    limiter: Arc<dyn Limiter>,
    /// Counts requests. In this process alone: asking Redis at each would cost more than most of
    /// them do, and nothing depends on the exact number.
    requests: InProcessLimiter,
    /// None: nothing is limited.
    rules: Option<Rules>,
}

/// How somebody stands with a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Most within [`WINDOW`].
    pub most: u32,
    /// How many more are allowed now.
    pub remaining: u32,
    /// When one more will be.
    pub reset: Duration,
}

impl Limits {
    /// These limits, none if there are no rules, counted by `limiter`.
    #[must_use]
    pub fn new(limiter: Arc<dyn Limiter>, rules: Option<Rules>) -> Self {
        Self {
            limiter,
            requests: InProcessLimiter::default(),
            rules,
        }
    }

    /// Counts a request of a user; none where nothing is limited.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn count_user(&self, owner_id: &str) -> Result<Option<Standing>> {
        self.count(Kind::UserRequests, owner_id.to_owned())
    }

    /// Counts a request from an address; none where nothing is limited.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn count_address(&self, address: IpAddr) -> Result<Option<Standing>> {
        self.count(Kind::AddressRequests, network(address).to_string())
    }

    fn count(&self, kind: Kind, whose: String) -> Result<Option<Standing>> {
        let Some((counter, limit)) = self.limit(kind, whose) else {
            return Ok(None);
        };
        let decision = self.requests.reserve_now(&counter, limit, None);
        standing(kind, limit, decision).map(Some)
    }

    fn limit(&self, kind: Kind, whose: String) -> Option<(Counter, Limit)> {
        let counter = Counter {
            kind: kind.as_str(),
            whose,
        };
        let limit = Limit {
            most: self.rules?.most(kind),
            window: WINDOW,
        };
        Some((counter, limit))
    }
}

fn standing(kind: Kind, limit: Limit, decision: Decision) -> Result<Standing> {
    let most = limit.most;
    let name = match decision {
        Decision::Allowed { .. } => "allowed",
        Decision::Refused { .. } => "refused",
    };
    let labels = [("kind", kind.as_str()), ("decision", name)];
    metrics::counter!("ultudy_limiter_decisions_total", &labels).increment(1);
    match decision {
        Decision::Allowed { remaining, reset } => Ok(Standing {
            most,
            remaining,
            reset,
        }),
        Decision::Refused { wait } => Err(Error::Limited {
            kind,
            standing: Standing {
                most,
                remaining: 0,
                reset: wait,
            },
        }),
    }
}

impl App {
    /// Counts one more of a kind, or says when there may be. `place` names it: whoever reserves
    /// what is reserved already shares it, and it counts once.
    pub(crate) async fn reserve(&self, owner_id: &str, kind: Kind, place: Uuid) -> Result<Place> {
        let Some((counter, limit)) = self.limits.limit(kind, owner_id.to_owned()) else {
            return Ok(Place::uncounted(self));
        };
        let what = Reservation {
            place,
            holder: self.clock.new_id(),
        };
        let decision = self.limits.limiter.reserve(&counter, limit, what).await;
        let standing = standing(kind, limit, decision)?;
        Ok(Place {
            app: self.clone(),
            counted: Some((counter, what)),
            standing: Some(standing),
            under_way: None,
            is_used: false,
        })
    }
}

/// A reserved place. Whatever way its holder ends without [`Self::keep`], it is given back, unless
/// what it is for may have been committed.
pub struct Place {
    app: App,
    /// Where it counts; none once it is kept or given back, or where nothing is limited.
    counted: Option<(Counter, Reservation)>,
    standing: Option<Standing>,
    /// The writing of what it is for.
    under_way: Option<Ticket>,
    /// Whether it counts if nobody says anything else of it.
    is_used: bool,
}

impl Place {
    /// One that counts nowhere.
    #[must_use]
    pub fn uncounted(app: &App) -> Self {
        Self {
            app: app.clone(),
            counted: None,
            standing: None,
            under_way: None,
            is_used: false,
        }
    }

    /// For the writing of what it was reserved for, of whose end [`Self::written`] is told. Whoever asked
    /// may go in the middle: it counts from when that is begun.
    pub(crate) fn ticket(&mut self) -> Ticket {
        let ticket = Ticket::default();
        self.under_way = Some(ticket.clone());
        ticket
    }

    /// What came of the writing. The answer of the database may be lost: it counts unless nothing has
    /// certainly changed.
    pub(crate) fn written<T>(
        &mut self,
        written: std::result::Result<Option<T>, NotWritten>,
    ) -> Result<Option<T>> {
        self.under_way = None;
        match &written {
            Ok(None) => {}
            Err(refused) if refused.is_certain => {}
            Ok(Some(_)) | Err(_) => self.counted = None,
        }
        Ok(written.map_err(StoreError::from)?)
    }

    /// Commits what it was reserved for. Whoever asked may go in the middle, and the answer of the
    /// database may be lost: it counts from here on, unless nothing has certainly changed.
    pub(crate) async fn commit(&mut self, tx: TenantTx) -> Result<()> {
        let counted = self.counted.take();
        let committed = tx.commit().await;
        if let Err(error) = &committed
            && error.has_changed_nothing()
        {
            self.counted = counted;
        }
        Ok(committed?)
    }

    /// It was used: it counts until the window has passed. None where nothing is limited.
    pub fn keep(mut self) -> Option<Standing> {
        self.counted = None;
        self.standing
    }

    /// From here on something is paid for it: it counts unless it is given back, also if whoever asked goes
    /// in the middle.
    pub(crate) fn use_up(&mut self) {
        self.is_used = true;
    }

    /// Nothing came of it.
    pub async fn give_back(mut self) {
        if let Some((counter, what)) = self.counted.take() {
            self.app.limits.limiter.release(&counter, what).await;
        }
    }
}

impl Drop for Place {
    /// Whoever asked has gone in the middle.
    fn drop(&mut self) {
        let Some((counter, what)) = self.counted.take() else {
            return;
        };
        if self.is_used {
            return;
        }
        if self
            .under_way
            .take()
            .is_some_and(|ticket| !ticket.withdraw())
        {
            return;
        }
        let app = self.app.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { app.limits.limiter.release(&counter, what).await });
        }
    }
}

/// The id of a place for one piece of work, the same for whoever asks for that work at the same
/// time, wherever: so that asking twice at once counts once. `after` is the last such work.
pub(crate) fn place_of(owner_id: &str, work: &str, after: Option<Uuid>) -> Uuid {
    let mut hash = Sha256::new();
    for part in [owner_id.as_bytes(), work.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(after.unwrap_or_default().as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Uuid::from_bytes(bytes)
}

/// Who holds one IPv6 address holds at least the network around it (RFC 6177).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

/// For a test that is not about limits.
impl Default for Limits {
    fn default() -> Self {
        let limiter = InProcessLimiter::default();
        Self::new(Arc::new(limiter), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_apart_by_owner_work_and_what_was_before() {
        let first = place_of("ada", "lesson:1", None);
        assert_eq!(first, place_of("ada", "lesson:1", None));
        for (owner, work, after) in [
            ("adal", "esson:1", None),
            ("eve", "lesson:1", None),
            ("ada", "lesson:2", None),
            ("ada", "lesson:1", Some(Uuid::from_u128(1))),
        ] {
            assert_ne!(first, place_of(owner, work, after));
        }
    }
}
