//! A Redis beside another, which is kept up by replication and can take its place.

use std::time::Duration;

use super::Redis;
use crate::{Result, ports, wait};

/// How long the first copy may take on a busy machine.
const COPY_LIMIT: Duration = Duration::from_secs(60);

impl Redis {
    /// Starts a copy of this server that takes no writes, and waits until it has all that is
    /// there.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn start_replica(&self) -> Result<Self> {
        let of = format!("--replicaof {} {}", self.host(), self.port());
        let replica = Self::start_with(&[&of])?;
        replica.wait_until_copied()?;
        Ok(replica)
    }

    /// Waits until a replica has all that was there when it began to copy.
    pub(super) fn wait_until_copied(&self) -> Result<()> {
        wait::until_blocking("a replica copies its primary", COPY_LIMIT, || {
            let state = self.cli(["INFO", "replication"]).unwrap_or_default();
            state.contains("master_link_status:up")
        })
    }

    /// A replica hears nothing more of its primary: it keeps what it has and takes no writes.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn cut_off(&self) -> Result<()> {
        let nobody = ports::free_port()?.to_string();
        self.cli(["REPLICAOF", "127.0.0.1", &nobody]).map(drop)
    }

    /// A replica takes writes from now on and copies nobody.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn promote(&self) -> Result<()> {
        self.cli(["REPLICAOF", "NO", "ONE"]).map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_replica_has_what_its_primary_has_and_takes_writes_once_promoted() {
        let mut primary = Redis::start().unwrap();
        primary.cli(["SET", "before", "1"]).unwrap();
        let replica = primary.start_replica().unwrap();
        primary.cli(["SET", "after", "2"]).unwrap();
        // `WAIT` would only wait for what its own connection wrote.
        wait::until_blocking("the replica has it", COPY_LIMIT, || {
            replica
                .cli(["GET", "after"])
                .is_ok_and(|value| value == "2")
        })
        .unwrap();
        assert!(replica.cli(["SET", "x", "3"]).unwrap().contains("READONLY"));

        replica.cut_off().unwrap();
        primary.cli(["SET", "after", "3"]).unwrap();
        primary.kill().unwrap();
        assert!(replica.cli(["SET", "x", "3"]).unwrap().contains("READONLY"));
        replica.promote().unwrap();

        assert_eq!(replica.cli(["MGET", "before", "after"]).unwrap(), "1\n2");
        assert_eq!(replica.cli(["SET", "x", "3"]).unwrap(), "OK");
    }
}
