//! A model of a provider, asked so that it is neither lost at the first hiccup nor pressed when it is
//! not well: tries and pauses, what it asked for, and its breaker.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::{Client, redirect::Policy};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    ModelConfig, ModelError, Pace,
    breaker::Breaker,
    call::{Called, Line},
    chain::Work,
    failure::Failure,
    metrics::Counted,
    wire::{Answer, Prompt},
};
use crate::Task;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a call is made again at once, if it came to nothing before anything was written.
const RETRIES: usize = 2;
/// Longest pause before that. Who is asked to wait for longer gives up its place meanwhile.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Writes a request's body, for each try anew.
pub(super) type Written<'a> = &'a (dyn Fn() -> io::Result<String> + Send + Sync);

/// Until when a provider wants no calls.
#[derive(Clone, Copy)]
struct Rest {
    until: Instant,
    /// Whether it is well, and only has too much to do.
    is_limited: bool,
}

/// One model of one provider.
pub(super) struct Target {
    pub(super) counted: Counted,
    line: Line,
    breaker: Breaker,
    rest: Mutex<Option<Rest>>,
    /// Whose turn it is to ask for one.
    turns: tokio::sync::Mutex<()>,
    /// The shortest pause between tries.
    pause: Duration,
    pace: Arc<dyn Pace>,
}

impl Target {
    /// Makes no calls yet.
    pub(super) fn new(
        config: ModelConfig,
        idle_timeout: Duration,
        pause: Duration,
        pace: Arc<dyn Pace>,
    ) -> Result<Self, ModelError> {
        let provider = config.provider;
        let wire = provider.wire();
        let headers = wire
            .headers(&config.key)
            .map_err(|_| ModelError::Key(provider.key_setting()))?;
        let client = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(idle_timeout)
            // The key and the text go nowhere else.
            .redirect(Policy::none())
            .user_agent("ultudy")
            .build()?;
        let target = Self {
            line: Line {
                client,
                wire,
                address: wire.address(&config.base_url, &config.model),
            },
            counted: Counted {
                provider,
                model: config.model,
            },
            breaker: Breaker::default(),
            rest: Mutex::new(None),
            turns: tokio::sync::Mutex::default(),
            pause,
            pace,
        };
        target.counted.breaker(target.breaker.state());
        Ok(target)
    }

    /// The request that asks it.
    pub(super) fn body(&self, prompt: &Prompt<'_>) -> serde_json::Result<String> {
        self.line.wire.body(&self.counted.model, prompt)
    }

    /// What it writes before the deadline, asked by what `body` makes for each try. At least half of the time there is at its beginning is the
    /// model's: who must wait for longer gives up its place.
    pub(super) async fn ask(
        &self,
        body: Written<'_>,
        task: Task,
        work: &Work<'_>,
    ) -> Result<Answer, Failure> {
        // Told of it also when the call is given up: after the pass, which is dropped before.
        let _told = Telling(self);
        let now = Instant::now();
        let remaining = work.deadline.saturating_duration_since(now);
        let give_up = now + remaining / 2;
        self.wait_for_turn(give_up).await?;
        let pass = self.breaker.admit(Instant::now()).map_err(out_of_order)?;
        self.counted.breaker(self.breaker.state());
        let retries = match pass.is_probe() {
            true => 0,
            false => RETRIES,
        };
        let answered = self.try_to_ask(body, task, work, give_up, retries).await;
        match &answered {
            // What was left by another is no measure of this one.
            Err(Failure::Time) if remaining < work.time / 2 => {}
            Err(failure) if failure.is_of_the_provider() => pass.failed(Instant::now()),
            _ => pass.succeeded(),
        }
        answered
    }

    /// The first try has its turn; those that follow wait for one.
    async fn try_to_ask(
        &self,
        body: Written<'_>,
        task: Task,
        work: &Work<'_>,
        give_up: Instant,
        retries: usize,
    ) -> Result<Answer, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.pause)
            .with_max_delay(PAUSE_MAX)
            .with_max_times(retries)
            .with_jitter();
        let mut pauses = pauses.build();
        loop {
            let written = body().map_err(|error| {
                tracing::error!(%error, "a prompt could not be written");
                Failure::Unreadable("no prompt")
            })?;
            let failure = match self.call(written, task, work).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let Some(pause) = pauses.next().filter(|_| failure.may_pass_soon()) else {
                return Err(failure);
            };
            let wait = failure.wait().unwrap_or_default();
            let pause = pause.max(wait);
            if wait > PAUSE_MAX || Instant::now() + pause >= work.deadline {
                return Err(failure);
            }
            let reason = failure.reason();
            tracing::debug!(reason, ?pause, "a call of the language model is made again");
            sleep(pause).await;
            // What went wrong is said, not that nobody could look whether it still does.
            if self.wait_for_turn(give_up).await.is_err() {
                return Err(failure);
            }
            self.counted.retried();
        }
    }

    async fn call(&self, body: String, task: Task, work: &Work<'_>) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let (provider, model) = (self.counted.provider.name(), &self.counted.model);
        let open = work.bill.call(provider, model, task);
        // Dropping the call closes its connection, by which the provider knows.
        let calling = self.line.call(body, work.told);
        let called = timeout_at(work.deadline, calling).await;
        let called = called.unwrap_or_else(|_| Called::refused(Failure::Time, None));
        if let Some(wait) = called.rest {
            self.leave_alone(wait, is_well(&called.answered));
        }
        let outcome = match &called.answered {
            Ok(()) => "answered",
            Err(failure) => failure.reason(),
        };
        let answer = called.answer;
        self.counted.tokens(&answer);
        self.counted.called(outcome, begun.elapsed());
        open.ended(outcome, answer.tokens_read, answer.tokens_written);
        called.answered.map(|()| answer)
    }

    /// Waits until a call may be made now, until `give_up` at most: until the provider need not be left
    /// alone any longer, and one more call of it is allowed.
    async fn wait_for_turn(&self, give_up: Instant) -> Result<(), Failure> {
        self.wait_for_rest(give_up).await?;
        self.breaker.look(Instant::now()).map_err(out_of_order)?;
        // One at a time: what the first is refused those behind it need not ask for.
        let Ok(_first) = timeout_at(give_up, self.turns.lock()).await else {
            return Err(too_much_to_do(PAUSE_MAX));
        };
        while let Err(wait) = self.pace.admit(self.counted.provider).await {
            if Instant::now() + wait > give_up {
                return Err(too_much_to_do(wait));
            }
            sleep(wait).await;
        }
        // Much may have happened to it meanwhile.
        self.breaker.look(Instant::now()).map_err(out_of_order)?;
        self.wait_for_rest(give_up).await
    }

    /// Leaves the provider alone as long as it asked for, if that is not long.
    async fn wait_for_rest(&self, give_up: Instant) -> Result<(), Failure> {
        loop {
            let rest = *self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let Some(rest) = rest.filter(|rest| rest.until > now) else {
                return Ok(());
            };
            let wait = rest.until - now;
            if wait > PAUSE_MAX || rest.until > give_up {
                return Err(Failure::Resting {
                    wait,
                    is_limited: rest.is_limited,
                });
            }
            sleep(wait).await;
        }
    }

    /// From now on, for so long; longer if that was asked for before.
    fn leave_alone(&self, wait: Duration, is_limited: bool) {
        let until = Instant::now() + wait;
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.is_none_or(|rest| rest.until < until) {
            *rest = Some(Rest { until, is_limited });
        }
    }
}

/// Whether a provider that wants to be left alone is well, and only has too much to do.
fn is_well(answered: &Result<(), Failure>) -> bool {
    match answered {
        Ok(()) => true,
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
        self.0.counted.breaker(self.0.breaker.state());
    }
}
