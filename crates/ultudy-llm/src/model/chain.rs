//! The models for one kind of work: the first is asked, and those after it in its place.

use std::{sync::Arc, time::Duration};

use futures_util::future::{self, BoxFuture, FutureExt as _};
use tokio::time::Instant;

use super::{
    Urgency,
    call::{Streamed, Tokens, tokens_of},
    failure::{self, Failure},
    kept::Kept,
    provider::Provider,
    target::{Haste, Target, Terms},
    wire::{Picture, Prompt, Question},
};
use crate::{Bill, GenerateError, Task};

/// Tokens of what stands around the text: the schema, and the provider's own words.
const TOKENS_OF_FORMAT: u64 = 500;
/// Tokens that a picture of a page costs to read, by what providers say of pictures of its size.
const TOKENS_OF_PICTURE: u64 = 1_600;

/// Why what a model wrote is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It found nothing to write about, which no other model will either.
    NothingTaught,
    /// It cannot be used; perhaps it does better the next time.
    Unsound(&'static str),
}

/// What is asked, and within what bounds.
pub(super) struct Work<'a> {
    pub(super) question: &'a Question,
    /// Pictures that belong to what is asked.
    pub(super) pictures: &'a [Picture],
    /// Until when there must be an answer, with all tries and models.
    pub(super) deadline: Instant,
    /// How long that was at the beginning.
    pub(super) time: Duration,
    /// Told of the text that has been written so far, each time that there is more. It begins anew
    /// with another model.
    pub(super) told: &'a (dyn Fn(&str) + Send + Sync),
    /// Where each call is noted down.
    pub(super) bill: &'a Bill,
}

/// What was made of an answer, and whose it was.
pub(super) struct Made<T> {
    pub(super) value: T,
    pub(super) provider: Provider,
    pub(super) model: String,
}

/// Models that are asked in their order.
pub(super) struct Chain {
    task: Task,
    /// At least one.
    targets: Vec<Arc<Target>>,
}

/// What may come of asking one model.
enum Outcome<T> {
    Made(T),
    NothingTaught,
    Failed(Failure),
}

impl Chain {
    /// Makes no calls yet.
    pub(super) fn new(task: Task, targets: Vec<Arc<Target>>) -> Self {
        Self { task, targets }
    }

    /// Tokens that are read and written for this, rather too many than too few.
    fn tokens_expected(&self, work: &Work<'_>, material: &Kept) -> Tokens {
        let text = tokens_of(work.question.instructions.len() + material.bytes());
        let pictures = TOKENS_OF_PICTURE * work.pictures.len() as u64;
        Tokens {
            read: text + pictures + TOKENS_OF_FORMAT,
            written: self.task.tokens_written().into(),
        }
    }

    /// What the first model wrote that passed the check, which is quick.
    ///
    /// # Errors
    /// As by [`Self::ask_and_wait`].
    pub(super) async fn ask<T: Send>(
        &self,
        material: &Kept,
        work: &Work<'_>,
        check: impl Fn(&str) -> Result<T, Unfit>,
    ) -> Result<Made<T>, GenerateError> {
        let check = |text: String| future::ready(check(&text)).boxed();
        self.ask_and_wait(material, work, check).await
    }

    /// What the first model wrote that passed the check. Calls are many, and wait for minutes: their text is
    /// kept packed, once for all tries and models.
    ///
    /// # Errors
    /// The one that leaves most hope, when all have failed.
    pub(super) async fn ask_and_wait<'a, T>(
        &self,
        material: &Kept,
        work: &Work<'_>,
        check: impl Fn(String) -> BoxFuture<'a, Result<T, Unfit>>,
    ) -> Result<Made<T>, GenerateError> {
        let terms = Terms {
            task: self.task.name(),
            deadline: work.deadline,
            time: work.time,
            haste: Haste::Patient,
            urgency: urgency(self.task),
            is_ample: urgency(self.task) == Urgency::Background,
            bill: work.bill,
        };
        let mut given_up: Option<GenerateError> = None;
        for (place, target) in self.targets.iter().enumerate() {
            // Nobody is asked for what nobody waits for.
            if place > 0 && Instant::now() >= work.deadline {
                break;
            }
            let body = || {
                let text = material.unpack()?;
                let prompt = Prompt {
                    question: work.question,
                    material: &text,
                    pictures: work.pictures,
                };
                Ok(target.wire().body(&target.counted.model, &prompt)?)
            };
            let exchange = Streamed {
                wire: target.wire(),
                body: &body,
                tokens_expected: self.tokens_expected(work, material),
                tokens_max: work.question.tokens_max.into(),
                told: work.told,
            };
            let answered = target.ask(&exchange, &terms).await;
            let checked = match answered {
                Ok(content) => Ok(check(content).await),
                Err(failure) => Err(failure),
            };
            let outcome = match checked {
                Ok(Ok(value)) => Outcome::Made(value),
                Ok(Err(Unfit::NothingTaught)) => Outcome::NothingTaught,
                Ok(Err(Unfit::Unsound(reason))) => Outcome::Failed(Failure::Unreadable(reason)),
                Err(failure) => Outcome::Failed(failure),
            };
            let failure = match outcome {
                Outcome::Made(value) => {
                    if place > 0 {
                        target.counted.fell_back();
                    }
                    return Ok(Made {
                        value,
                        provider: target.counted.provider,
                        model: target.counted.model.clone(),
                    });
                }
                Outcome::NothingTaught => return Err(failure::nothing_taught()),
                Outcome::Failed(failure) => failure,
            };
            failure.log(target.counted.provider, &target.counted.model);
            let is_first = place == 0;
            let error = failure.told(target.counted.provider, is_first);
            // Another model is not asked until one is found that will write on anything. What
            // one does not like that was asked in another's place, that one may write.
            let is_declined = matches!(failure, Failure::Declined) && is_first;
            given_up = Some(match given_up {
                None => error,
                Some(before) => better(before, error),
            });
            // Nor is one of another price. The first may be asked later, for which there may be enough.
            if is_declined || matches!(failure, Failure::Unpaid(_)) {
                break;
            }
        }
        Err(given_up.unwrap_or_else(failure::unreadable))
    }
}

/// Whether somebody waits at the screen for it.
fn urgency(task: Task) -> Urgency {
    match task {
        Task::Grading | Task::Answer => Urgency::Interactive,
        Task::Lesson | Task::Sections => Urgency::Background,
    }
}

pub(super) fn unwritten(error: &dyn std::error::Error) -> GenerateError {
    tracing::error!(%error, "a prompt could not be written");
    failure::unreadable()
}

/// Of the errors of two models the one that leaves more hope: one that passes, as soon as either of them
/// may be asked; else the first.
fn better(before: GenerateError, then: GenerateError) -> GenerateError {
    use GenerateError::{NotAsked, Transient};
    match (before, then) {
        (
            Transient {
                message,
                retry_after,
            },
            Transient {
                retry_after: other, ..
            },
        ) => Transient {
            message,
            retry_after: retry_after.zip(other).map(|(one, other)| one.min(other)),
        },
        (
            Transient {
                message,
                retry_after,
            },
            NotAsked { wait, .. },
        )
        | (
            NotAsked { wait, .. },
            Transient {
                message,
                retry_after,
            },
        ) => Transient {
            message,
            retry_after: retry_after.map(|other| other.min(wait)),
        },
        (
            NotAsked {
                message,
                wait,
                is_limited,
            },
            NotAsked {
                wait: other,
                is_limited: is_other_limited,
                ..
            },
        ) => NotAsked {
            message,
            wait: wait.min(other),
            is_limited: is_limited || is_other_limited,
        },
        (before @ (Transient { .. } | NotAsked { .. }), _) => before,
        (_, then @ (Transient { .. } | NotAsked { .. })) => then,
        (before, _) => before,
    }
}
