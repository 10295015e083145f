//! How often providers of models are called, by all processes together.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use ultudy_app::clock::{Clock as _, SystemClock};
use ultudy_engines::limiter::{Counter, Decision, Limit, Limiter, Reservation};
use ultudy_llm::model::{Pace, Provider};

/// A minute, and what a call may be on its way: the provider counts when it arrives.
const WINDOW: Duration = Duration::from_secs(61);

/// Counts calls in the limiter that the fleet shares.
pub struct SharedPace {
    limiter: Arc<dyn Limiter>,
    /// Most calls a minute; none for a provider that is not limited.
    most: HashMap<Provider, u32>,
}

impl SharedPace {
    /// Lets so many calls a minute through to each provider.
    pub fn new(limiter: Arc<dyn Limiter>, most: HashMap<Provider, u32>) -> Self {
        Self { limiter, most }
    }
}

#[async_trait]
impl Pace for SharedPace {
    async fn admit(&self, provider: Provider) -> Result<(), Duration> {
        let Some(most) = self.most.get(&provider) else {
            return Ok(());
        };
        let counter = Counter {
            kind: "model_calls",
            whose: provider.name().to_owned(),
        };
        let limit = Limit {
            most: *most,
            window: WINDOW,
        };
        let call = Reservation {
            place: SystemClock.new_id(),
            holder: SystemClock.new_id(),
        };
        match self.limiter.reserve(&counter, limit, call).await {
            Decision::Allowed { .. } => Ok(()),
            Decision::Refused { wait } => Err(wait),
        }
    }
}
