//! A model of a provider, asked so that it is neither lost at the first hiccup nor pressed when it is
//! not well: tries and pauses, what it asked for, and its breaker.

use std::{
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
    kept::Kept,
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

/// One model of one provider.
pub(super) struct Target {
    pub(super) counted: Counted,
    line: Line,
    breaker: Breaker,
    /// Until when the provider wants no calls.
    rest: Mutex<Option<Instant>>,
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

    /// What it writes before the deadline.
    pub(super) async fn ask(
        &self,
        body: String,
        task: Task,
        work: &Work<'_>,
    ) -> Result<Answer, Failure> {
        self.wait_for_rest(work.deadline).await?;
        let pass = self.breaker.admit(Instant::now());
        let pass = pass.map_err(|wait| Failure::Resting {
            wait,
            is_limited: false,
        })?;
        self.counted.breaker(self.breaker.state());
        // Told of it also when the call is given up.
        let _told = Telling(self);
        let retries = match pass.is_probe() {
            true => 0,
            false => RETRIES,
        };
        let answered = self.try_to_ask(body, task, work, retries).await;
        match &answered {
            Err(failure) if failure.is_of_the_provider() => pass.failed(Instant::now()),
            _ => pass.succeeded(),
        }
        answered
    }

    async fn try_to_ask(
        &self,
        body: String,
        task: Task,
        work: &Work<'_>,
        retries: usize,
    ) -> Result<Answer, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.pause)
            .with_max_delay(PAUSE_MAX)
            .with_max_times(retries)
            .with_jitter();
        let mut pauses = pauses.build();
        // What cannot be packed or unpacked is not asked again.
        let kept = (retries > 0).then(|| Kept::pack(&body).ok()).flatten();
        let mut body = body;
        loop {
            self.wait_for_turn(work.deadline).await?;
            let failure = match self.call(body, task, work).await {
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
            body = match kept.as_ref().map(Kept::unpack) {
                Some(Ok(body)) => body,
                _ => return Err(failure),
            };
            self.counted.retried();
            sleep(pause).await;
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
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
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

    /// Waits until one more call is allowed, if that leaves time for it: half of what there is.
    async fn wait_for_turn(&self, deadline: Instant) -> Result<(), Failure> {
        while let Err(wait) = self.pace.admit(self.counted.provider).await {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if wait > remaining / 2 {
                return Err(Failure::Resting {
                    wait,
                    is_limited: true,
                });
            }
            sleep(wait).await;
        }
        Ok(())
    }

    /// Leaves the provider alone as long as it asked for, if that is not long.
    async fn wait_for_rest(&self, deadline: Instant) -> Result<(), Failure> {
        let until = *self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let Some(until) = until.filter(|until| *until > now) else {
            return Ok(());
        };
        let wait = until - now;
        if wait > PAUSE_MAX || until >= deadline {
            return Err(Failure::Resting {
                wait,
                is_limited: true,
            });
        }
        sleep(wait).await;
        Ok(())
    }
}

/// Tells how the breaker stands when a call is over, however it ended.
struct Telling<'a>(&'a Target);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.counted.breaker(self.0.breaker.state());
    }
}
