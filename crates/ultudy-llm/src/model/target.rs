//! A model of a provider, asked so that it is neither lost at the first hiccup nor pressed when it is
//! not well: tries and pauses, what it asked for, and its breaker.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    Admission, Pace, Urgency,
    backoff::{self, Backoff},
    breaker::{Breaker, State},
    call::{Called, Exchange, Line},
    failure::Failure,
    metrics::Counted,
    wire::WireFormat,
};
use crate::{Bill, Planned};

/// How often a call is made again at once, if it came to nothing before anything was written.
const RETRIES: usize = 2;
/// Longest pause before that. Who is asked to wait for longer gives up its place meanwhile.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Longest pause before it is looked again whether a call is allowed: it may be sooner than was said.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Within what bounds a model is asked.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    /// What for, in a word.
    pub(super) task: &'static str,
    /// Until when there must be an answer, with all tries and models.
    pub(super) deadline: Instant,
    /// How long that was at the beginning.
    pub(super) time: Duration,
    pub(super) haste: Haste,
    pub(super) urgency: Urgency,
    /// Whether a model that runs out of this time is not well: who waits for a student has less than it may
    /// take for others.
    pub(super) is_ample: bool,
    /// Where each call is noted down.
    pub(super) bill: &'a Bill,
}

/// How much whoever asks is in a hurry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// It waits for its turn, and tries again.
    Patient,
    /// It is asked at once and once, or not at all. What is too slow for that may do for others: it has a
    /// breaker of its own.
    Hasty,
}

/// Until when a provider wants no calls.
#[derive(Clone, Copy)]
struct Rest {
    until: Instant,
    /// Whether it is well, and only has too much to do.
    is_limited: bool,
}

impl Rest {
    fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// One model of one provider.
pub(super) struct Target {
    pub(super) counted: Counted,
    line: Line,
    /// Of whoever is patient.
    breaker: Breaker,
    of_hasty: Breaker,
    rest: Mutex<Option<Rest>>,
    /// For how long that is where it does not say.
    backoff: Backoff,
    turns: Turns,
    /// The shortest pause between tries.
    pause: Duration,
    pace: Arc<dyn Pace>,
}

impl Target {
    /// Makes no calls yet.
    pub(super) fn new(counted: Counted, line: Line, pause: Duration, pace: Arc<dyn Pace>) -> Self {
        let target = Self {
            counted,
            line,
            breaker: Breaker::default(),
            of_hasty: Breaker::default(),
            rest: Mutex::new(None),
            // Longer than anybody would wait by themselves: others wait, too.
            backoff: Backoff::new(pause * 2),
            turns: Turns::default(),
            pause,
            pace,
        };
        target.tell();
        target
    }

    /// How it is spoken to.
    pub(super) fn wire(&self) -> &'static dyn WireFormat {
        self.line.wire
    }

    fn breaker(&self, haste: Haste) -> &Breaker {
        match haste {
            Haste::Patient => &self.breaker,
            Haste::Hasty => &self.of_hasty,
        }
    }

    /// Tells how the breakers stand: that which lets less through.
    fn tell(&self) {
        let states = [self.breaker.state(), self.of_hasty.state()];
        let worst = [State::Open, State::HalfOpen].into_iter();
        let mut worst = worst.filter(|state| states.contains(state));
        self.counted.breaker(worst.next().unwrap_or(State::Closed));
    }

    /// What it answers before the deadline. At least half of the time there is at its beginning is the
    /// model's: who must wait for longer gives up its place.
    pub(super) async fn ask<E: Exchange>(
        &self,
        exchange: &E,
        terms: &Terms<'_>,
    ) -> Result<E::Answer, Failure> {
        // Told of it also when the call is given up: after the pass, which is dropped before.
        let _told = Telling(self);
        let remaining = terms.deadline.saturating_duration_since(Instant::now());
        let wait = Wait {
            haste: terms.haste,
            urgency: terms.urgency,
            give_up: Instant::now() + remaining / 2,
            tokens: exchange.tokens_expected().all(),
        };
        let turn = self.wait_for_turn(&wait).await?;
        let breaker = self.breaker(terms.haste);
        let pass = breaker.admit(Instant::now()).map_err(out_of_order)?;
        self.tell();
        let retries = match pass.is_probe() || terms.haste == Haste::Hasty {
            true => 0,
            false => RETRIES,
        };
        let asking = self.try_to_ask(exchange, turn, terms, &wait, retries);
        let answered = asking.await;
        match &answered {
            // What was left by another is no measure of this one.
            Err(Failure::Time) if remaining < terms.time / 2 || !terms.is_ample => {}
            Err(Failure::Unpaid(_)) => {}
            Err(failure) if failure.is_of_the_provider() => pass.failed(Instant::now()),
            _ => pass.succeeded(),
        }
        answered
    }

    /// The first try has its turn; those that follow wait for one.
    async fn try_to_ask<'a, E: Exchange>(
        &'a self,
        exchange: &E,
        mut turn: Turn<'a>,
        terms: &Terms<'_>,
        wait: &Wait,
        retries: usize,
    ) -> Result<E::Answer, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.pause)
            .with_max_delay(PAUSE_MAX)
            .with_max_times(retries)
            .with_jitter();
        let mut pauses = pauses.build();
        loop {
            let failure = match self.call(exchange, turn, terms).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let Some(pause) = pauses.next().filter(|_| failure.may_pass_soon()) else {
                return Err(failure);
            };
            let rest = self.rest().map(|rest| rest.left());
            let asked_for = failure.wait().max(rest).unwrap_or_default();
            let longer = pause.max(asked_for);
            if asked_for > PAUSE_MAX || Instant::now() + longer >= terms.deadline {
                return Err(failure);
            }
            let reason = failure.reason();
            tracing::debug!(reason, ?pause, "a call of a model is made again");
            sleep(pause).await;
            // As long as it asked for, it is left alone by all. What went wrong is said, not that nobody could
            // look whether it still does.
            turn = match self.wait_for_turn(wait).await {
                Ok(turn) => turn,
                Err(_) => return Err(failure),
            };
            self.counted.retried();
        }
    }

    async fn call<E: Exchange>(
        &self,
        exchange: &E,
        turn: Turn<'_>,
        terms: &Terms<'_>,
    ) -> Result<E::Answer, Failure> {
        let body = exchange.body().map_err(|error| {
            tracing::error!(%error, "a request could not be written");
            Failure::Unreadable("no request")
        })?;
        let provider = self.counted.provider;
        let planned = Planned {
            provider: provider.name(),
            model: &self.counted.model,
            task: terms.task,
            tokens_read: exchange.tokens_expected().read,
            tokens_written: exchange.tokens_max(),
        };
        let open = match terms.bill.call(planned).await {
            Ok(open) => open,
            Err(unpaid) => {
                turn.give_back().await;
                return Err(Failure::Unpaid(unpaid));
            }
        };
        let begun = Instant::now();
        let admission = turn.used();
        let counted = |ago| {
            let pace = Arc::clone(&self.pace);
            // Nobody waits for it: until it is known it is taken to be later.
            tokio::spawn(async move { pace.counted(provider, admission, ago).await });
        };
        // Dropping the call closes its connection, by which the provider knows.
        let calling = self.line.call(exchange, body, counted);
        let called = timeout_at(terms.deadline, calling).await;
        let called = called.unwrap_or_else(|_| Called::refused(Failure::Time, None));
        let outcome = match &called.answered {
            Ok(_) => "answered",
            Err(failure) => failure.reason(),
        };
        let tokens = called.tokens;
        self.counted.tokens(tokens);
        self.counted.called(outcome, begun.elapsed());
        open.ended(outcome, tokens.read, tokens.written);
        // Of a call that told none it is taken to have been as many as were expected.
        if tokens.all() > 0 {
            let pace = Arc::clone(&self.pace);
            let took = tokens.all();
            tokio::spawn(async move { pace.took(provider, admission, took).await });
        }
        // Once what it cost is noted: whoever gives up now has had its answer.
        if let Some(wait) = self.rest_after(&called, begun) {
            self.leave_alone(wait, is_well(&called.answered)).await;
        }
        called.answered
    }

    /// How long the provider is to be left alone after a call that was begun then.
    fn rest_after<T>(&self, called: &Called<T>, begun: Instant) -> Option<Duration> {
        let said = called.rest.filter(|wait| !wait.is_zero());
        match &called.answered {
            Err(failure) if said.is_none() && failure.is_limited() => {
                self.backoff.refused(begun, Instant::now())
            }
            _ => said,
        }
    }

    /// Waits until a call may be made now: until the provider need not be left alone any longer, and one
    /// more call of it is allowed.
    async fn wait_for_turn(&self, wait: &Wait) -> Result<Turn<'_>, Failure> {
        let breaker = self.breaker(wait.haste);
        loop {
            self.wait_for_rest(wait).await?;
            breaker.look(Instant::now()).map_err(out_of_order)?;
            let turn = self.be_admitted(wait).await?;
            // Much may have happened to it meanwhile.
            let is_well = breaker.look(Instant::now()).is_ok();
            if is_well && self.rest().is_none() {
                return Ok(turn);
            }
            turn.give_back().await;
        }
    }

    async fn be_admitted(&self, wait: &Wait) -> Result<Turn<'_>, Failure> {
        // One at a time: what the first is refused those behind it need not ask for.
        let turns = self.turns.of(wait.urgency);
        let _first = match wait.haste {
            Haste::Patient => match timeout_at(wait.give_up, turns.lock()).await {
                Ok(first) => Some(first),
                Err(_) => return Err(too_much_to_do(PAUSE_MAX)),
            },
            Haste::Hasty => None,
        };
        loop {
            let asked = self
                .pace
                .admit(self.counted.provider, wait.tokens, wait.urgency);
            let Ok(admitted) = timeout_at(wait.give_up, asked).await else {
                return Err(too_much_to_do(PAUSE_MAX));
            };
            match admitted {
                Ok(admission) => {
                    return Ok(Turn {
                        target: self,
                        admission,
                        is_open: true,
                    });
                }
                Err(span) if wait.is_too_long(span) => return Err(too_much_to_do(span)),
                Err(span) => sleep(span.min(LOOK_AGAIN)).await,
            }
        }
    }

    /// How long it is to be left alone, if it is.
    fn rest(&self) -> Option<Rest> {
        let rest = *self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.filter(|rest| rest.until > Instant::now())
    }

    /// The same, also by what other processes were told.
    async fn rest_of_all(&self) -> Option<Rest> {
        if let Some(rest) = self.rest() {
            return Some(rest);
        }
        let Counted { provider, model } = &self.counted;
        let wait = self.pace.rest(*provider, model).await?;
        Some(Rest {
            until: Instant::now() + wait,
            is_limited: true,
        })
    }

    /// Leaves the provider alone as long as it asked for, if that is not long.
    async fn wait_for_rest(&self, wait: &Wait) -> Result<(), Failure> {
        while let Some(rest) = self.rest_of_all().await {
            let span = rest.left();
            if span > PAUSE_MAX || wait.is_too_long(span) {
                return Err(Failure::Resting {
                    wait: span,
                    is_limited: rest.is_limited,
                });
            }
            // Not all who wait for it at once.
            let on = Instant::now() + backoff::spread(span);
            sleep_until(on.min(wait.give_up)).await;
        }
        Ok(())
    }

    /// From now on, for so long; longer if that was asked for before.
    async fn leave_alone(&self, wait: Duration, is_limited: bool) {
        let until = Instant::now() + wait;
        {
            let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            if rest.is_none_or(|rest| rest.until < until) {
                *rest = Some(Rest { until, is_limited });
            }
        }
        let Counted { provider, model } = &self.counted;
        self.pace.leave_alone(*provider, model, wait).await;
    }
}

/// Whose turn it is to ask for one: nobody who waits at the screen waits behind a job for that.
#[derive(Default)]
struct Turns {
    interactive: tokio::sync::Mutex<()>,
    background: tokio::sync::Mutex<()>,
}

impl Turns {
    fn of(&self, urgency: Urgency) -> &tokio::sync::Mutex<()> {
        match urgency {
            Urgency::Interactive => &self.interactive,
            Urgency::Background => &self.background,
        }
    }
}

/// A call that was let through and is not made yet. Dropped, it is given back.
struct Turn<'a> {
    target: &'a Target,
    admission: Admission,
    is_open: bool,
}

impl Turn<'_> {
    /// It is made.
    fn used(mut self) -> Admission {
        self.is_open = false;
        self.admission
    }

    /// It is not made.
    async fn give_back(mut self) {
        let provider = self.target.counted.provider;
        self.target.pace.give_back(provider, self.admission).await;
        self.is_open = false;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (pace, provider) = (Arc::clone(&self.target.pace), self.target.counted.provider);
        let admission = self.admission;
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { pace.give_back(provider, admission).await });
        }
    }
}

/// How long a turn is waited for.
struct Wait {
    haste: Haste,
    urgency: Urgency,
    give_up: Instant,
    /// Tokens that are wanted.
    tokens: u64,
}

impl Wait {
    fn is_too_long(&self, span: Duration) -> bool {
        self.haste == Haste::Hasty || Instant::now() + span > self.give_up
    }
}

/// Whether a provider that wants to be left alone is well, and only has too much to do.
fn is_well<T>(answered: &Result<T, Failure>) -> bool {
    match answered {
        Ok(_) => true,
        Err(failure) => failure.is_limited(),
    }
}

fn too_much_to_do(wait: Duration) -> Failure {
    Failure::Resting {
        wait,
        is_limited: true,
    }
}

fn out_of_order(wait: Duration) -> Failure {
    Failure::Resting {
        wait,
        is_limited: false,
    }
}

/// Tells how the breaker stands when a call is over, however it ended.
struct Telling<'a>(&'a Target);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.tell();
    }
}
