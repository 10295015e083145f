//! One piece of work that models are asked for: each of its calls is paid by itself, before it is made, and
//! recorded when it is over, also if nobody waits for the work any more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{runtime::Handle, task::JoinHandle, time::timeout};
use ultudy_domain::usage::MadeFor;
use ultudy_llm::{Bill, Call, Payer, Planned, Unpaid};
use uuid::Uuid;

use super::{ASKED_AGAIN, Cost, Held, bill, record, reserve};
use crate::App;

/// For how long it is waited, when all is over, until what it cost is recorded: so that whoever looks then
/// mostly finds it.
const RECORDING: Duration = Duration::from_secs(1);

/// Something that is being paid for.
pub(crate) struct Account {
    purse: Arc<Purse>,
    bill: Bill,
}

/// What its calls are paid from.
struct Purse {
    app: App,
    owner_id: String,
    made_for: MadeFor,
    so_far: Mutex<SoFar>,
}

#[derive(Default)]
struct SoFar {
    /// What is kept for calls that are being made.
    held: HashMap<u128, Option<Held>>,
    cost: Cost,
    recordings: Vec<JoinHandle<()>>,
    was_refused: bool,
}

impl Account {
    /// Opens one. No transaction may be open when it is asked to pay.
    pub(crate) fn open(app: &App, owner_id: &str, made_for: MadeFor) -> Self {
        let purse = Arc::new(Purse {
            app: app.clone(),
            owner_id: owner_id.to_owned(),
            made_for,
            so_far: Mutex::default(),
        });
        Self {
            bill: Bill::paid_by(purse.clone()),
            purse,
        }
    }

    /// What pays for the calls.
    pub(crate) fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Whether any call was made.
    pub(crate) fn is_used(&self) -> bool {
        let so_far = self.purse.so_far();
        so_far.cost != Cost::default() || !so_far.held.is_empty()
    }

    /// Whether a budget did not allow a call, and will not soon.
    pub(crate) fn was_refused(&self) -> bool {
        self.purse.so_far().was_refused
    }

    /// What all of its calls cost, which are over, and those whose answers were used again.
    pub(crate) async fn close(self) -> Cost {
        let (cost, recordings) = {
            let mut so_far = self.purse.so_far();
            (so_far.cost, std::mem::take(&mut so_far.recordings))
        };
        let all = futures_util::future::join_all(recordings);
        // They go on all the same; a crash among them is said by its task.
        let _ = timeout(RECORDING, all).await;
        cost
    }
}

impl Purse {
    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Payer for Purse {
    async fn allow(&self, planned: Planned<'_>) -> Result<u128, Unpaid> {
        let reserved = reserve(&self.app, &self.owner_id, planned).await;
        let held = match reserved {
            Ok(Ok(held)) => held,
            Ok(Err(unpaid)) => {
                if matches!(unpaid, Unpaid::Refused { .. }) {
                    self.so_far().was_refused = true;
                }
                return Err(unpaid);
            }
            Err(error) => {
                tracing::warn!(%error, "a call of a language model is not paid");
                return Err(Unpaid::Later {
                    message: "A part of the service could not be reached.".into(),
                    wait: ASKED_AGAIN,
                    is_limited: false,
                });
            }
        };
        let number = self.app.clock.new_id().as_u128();
        self.so_far().held.insert(number, held);
        Ok(number)
    }

    fn over(&self, number: u128, call: Call) {
        let call = bill::of_call(&self.app, Uuid::from_u128(number), call);
        let mut so_far = self.so_far();
        so_far.cost.add(&call);
        let held = so_far.held.remove(&number).flatten();
        let (app, owner_id, made_for) = (self.app.clone(), self.owner_id.clone(), self.made_for);
        let recording = async move { record(&app, &owner_id, made_for, call, held).await };
        match Handle::try_current() {
            Ok(runtime) => {
                let recording = self.app.recordings().track_future(recording);
                so_far.recordings.push(runtime.spawn(recording));
            }
            Err(error) => tracing::error!(%error, "what a model cost is not recorded"),
        }
    }

    fn used_again(&self, call: &Call) {
        // It is recorded, by another id.
        let call = bill::of_call(&self.app, self.app.clock.new_id(), call.clone());
        self.so_far().cost.add(&call);
    }
}
