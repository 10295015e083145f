//! What a process does of all that serving is.

use ultudy_store::StoreConfig;

use crate::{commands::Failure, config::Config};

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

    /// Processes that share the work must share where it lies.
    ///
    /// # Errors
    /// They would not.
    pub fn check(self, config: &Config) -> Result<(), Failure> {
        let missing = match (self, &config.store) {
            (Self::Serve, _) => return Ok(()),
            (_, StoreConfig::Sqlite { .. }) => "DATABASE_URL",
            (_, StoreConfig::Postgres(_)) if !config.objects_named => "OBJECT_STORE_URL",
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
}
