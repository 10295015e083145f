//! What a process does of all that serving is.

use std::time::Duration;

use ultudy_store::StoreConfig;

use crate::{commands::Failure, config::Config};

/// How long an API goes on taking requests once it is told to stop, unless a setting says so.
pub const DRAIN_DELAY: Duration = Duration::from_secs(5);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything: the pages, the API and the worker.
    Serve,
    /// Answers pages and API; its jobs are done by workers.
    Api,
    /// Does jobs; answers only how it is.
    Worker,
}

impl Role {
    /// Whether it answers pages and API.
    pub fn answers(self) -> bool {
        self != Self::Worker
    }

    /// Whether it does jobs.
    pub fn works(self) -> bool {
        self != Self::Api
    }

    /// The command that starts it; so it is called in logs and metrics, too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }

    /// How long it goes on taking requests once it is told to stop. Of several APIs one can stop
    /// while a load balancer still sends requests there; one alone had better be back soon.
    pub fn drain_delay(self, config: &Config) -> Duration {
        let otherwise = match self {
            Self::Api => DRAIN_DELAY,
            Self::Serve | Self::Worker => Duration::ZERO,
        };
        config.drain_delay.unwrap_or(otherwise)
    }

    /// How long after that connections may stay open on which nothing is asked: a proxy that keeps one for no
    /// longer than [`DRAIN_DELAY`] never asks by one that is just being closed.
    pub fn rest(self, config: &Config) -> Duration {
        self.drain_delay(config).min(DRAIN_DELAY)
    }

    /// Processes that share the work must share where it lies.
    ///
    /// # Errors
    /// They would not.
    pub fn check(self, config: &Config) -> Result<(), Failure> {
        let missing = match (self, &config.store) {
            (Self::Serve, _) => return Ok(()),
            (_, StoreConfig::Sqlite { .. }) => "DATABASE_URL",
            (_, StoreConfig::Postgres(_)) if !config.objects_named => {
                "AWS_S3_BUCKET or OBJECT_STORE_URL"
            }
            _ => return Ok(()),
        };
        let command = self.as_str();
        Err(Failure::new(
            "setting",
            format!(
                "{missing} must be set for `ultudy {command}`, which shares its work with other \
                 processes; `ultudy serve` does everything in one"
            ),
        ))
    }

    /// Without Redis nobody knows what users change in other processes.
    pub fn do_without_replicas(self, config: &mut Config) {
        let StoreConfig::Postgres(postgres) = &mut config.store else {
            return;
        };
        let are_of_use = self == Self::Serve || config.redis_url.is_some();
        if !are_of_use && !postgres.replica_urls.is_empty() {
            tracing::warn!(
                "READ_REPLICA_URL is of no use without REDIS_URL here: users would not see their own changes"
            );
            postgres.replica_urls.clear();
        }
    }
}
