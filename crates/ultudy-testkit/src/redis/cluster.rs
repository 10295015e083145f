//! A real Redis Cluster: its own nodes, each with a share of the slots.

use std::time::Duration;

use super::Redis;
use crate::{Result, ports, wait};

const SLOTS: u16 = 16_384;
const MASTERS: u16 = 3;
/// How long the nodes may take to agree on a busy machine.
const AGREE_LIMIT: Duration = Duration::from_secs(60);

/// Whoever asks for slots of nodes that run is served without the others.
const SETTINGS: [&str; 2] = [
    "--cluster-enabled yes",
    "--cluster-require-full-coverage no",
];
/// Where a replica is to take over, it does so soon.
const NODE_TIMEOUT: &str = "--cluster-node-timeout 2000";
/// A replica goes on standing for election, however long ago it heard of its master: on a busy machine
/// the first votes may fail.
const ALWAYS_STANDS: &str = "--cluster-replica-validity-factor 0";

/// Three masters, and replicas of them if asked for.
#[derive(Debug)]
pub struct Cluster {
    /// The masters it began with, then a replica of each in their order.
    nodes: Vec<Redis>,
}

impl Cluster {
    /// Starts three masters that hold all slots.
    ///
    /// # Errors
    /// Redis is not installed, or the nodes do not agree.
    pub fn start() -> Result<Self> {
        Self::form(MASTERS)
    }

    /// Starts three masters with a replica each.
    ///
    /// # Errors
    /// See [`Cluster::start`].
    pub fn start_with_replicas() -> Result<Self> {
        Self::form(2 * MASTERS)
    }

    fn form(count: u16) -> Result<Self> {
        let mut cluster = Self { nodes: Vec::new() };
        for number in 0..count {
            let (node, bus) = start_node(count > MASTERS)?;
            let epoch = (number + 1).to_string();
            node.cli(["CLUSTER", "SET-CONFIG-EPOCH", &epoch])?;
            if number < MASTERS {
                let share = SLOTS.div_ceil(MASTERS);
                let (first, end) = (share * number, (share * (number + 1)).min(SLOTS));
                let (first, last) = (first.to_string(), (end - 1).to_string());
                node.cli(["CLUSTER", "ADDSLOTSRANGE", &first, &last])?;
            }
            let (port, bus) = (node.port().to_string(), bus.to_string());
            if let Some(first) = cluster.nodes.first() {
                first.cli(["CLUSTER", "MEET", "127.0.0.1", &port, &bus])?;
            }
            cluster.nodes.push(node);
        }
        cluster.wait_until_agreed()?;
        cluster.replicate()?;
        Ok(cluster)
    }

    /// Every node beyond the masters copies one of them.
    fn replicate(&self) -> Result<()> {
        let (masters, replicas) = self.nodes.split_at(usize::from(MASTERS));
        for (master, replica) in masters.iter().zip(replicas) {
            let id = master.cli(["CLUSTER", "MYID"])?;
            wait::until_blocking("a replica knows its master", AGREE_LIMIT, || {
                let begun = replica.cli(["CLUSTER", "REPLICATE", &id]);
                begun.is_ok_and(|answer| answer == "OK")
            })?;
            replica.wait_until_copied()?;
        }
        Ok(())
    }

    /// Waits until each running node says that all slots are served and knows all nodes.
    ///
    /// # Errors
    /// They do not agree in time.
    pub fn wait_until_agreed(&self) -> Result<()> {
        let known = format!("cluster_known_nodes:{}", self.nodes.len());
        wait::until_blocking("the nodes of a Redis Cluster agree", AGREE_LIMIT, || {
            self.nodes.iter().all(|node| {
                let state = node.cli(["CLUSTER", "INFO"]).unwrap_or_default();
                node.pid().is_none() || state.contains("cluster_state:ok") && state.contains(&known)
            })
        })
    }

    /// The URL of one node: a cluster behind a plain URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.nodes.first().map(Redis::url).unwrap_or_default()
    }

    /// All nodes: the masters it began with, then a replica of each in their order.
    #[must_use]
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// The same, to kill them.
    pub fn nodes_mut(&mut self) -> &mut [Redis] {
        &mut self.nodes
    }

    /// Which of [`Cluster::nodes`] began as the master of a key.
    ///
    /// # Errors
    /// No node can be reached.
    pub fn master_of(&self, key: &str) -> Result<usize> {
        let slot = self.cli(&["CLUSTER", "KEYSLOT", key])?;
        let slot: u16 = slot.parse().map_err(std::io::Error::other)?;
        Ok(usize::from(slot / SLOTS.div_ceil(MASTERS)))
    }

    /// One command, sent to the node whose it is; see [`Redis::cli`].
    ///
    /// # Errors
    /// No node can be reached.
    pub fn cli(&self, words: &[&str]) -> Result<String> {
        let running = self.nodes.iter().find(|node| node.pid().is_some());
        let node = running.ok_or_else(|| std::io::Error::other("no node runs"))?;
        node.cli(["-c"].iter().chain(words))
    }
}

/// A node, and the port it talks to others on: by default that is 10,000 higher, which can be
/// none.
fn start_node(replicated: bool) -> Result<(Redis, u16)> {
    let bus = ports::free_port()?;
    let bus_setting = format!("--cluster-port {bus}");
    let mut settings = SETTINGS.to_vec();
    settings.push(&bus_setting);
    if replicated {
        settings.push(NODE_TIMEOUT);
        settings.push(ALWAYS_STANDS);
    }
    Ok((Redis::start_with(&settings)?, bus))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_somewhere_and_a_replica_takes_over() {
        let mut cluster = Cluster::start_with_replicas().unwrap();
        for key in ["a", "b", "c", "d"] {
            assert_eq!(cluster.cli(&["SET", key, key]).unwrap(), "OK");
        }
        // `WAIT` would only wait for what its own connection wrote.
        wait::until_blocking("the replicas have all keys", AGREE_LIMIT, || {
            let held = cluster.nodes()[3..].iter().map(|replica| {
                let keys = replica.cli(["DBSIZE"]).unwrap_or_default();
                keys.parse::<usize>().unwrap_or_default()
            });
            held.sum::<usize>() == 4
        })
        .unwrap();
        cluster.nodes_mut()[0].kill().unwrap();
        for key in ["a", "b", "c", "d"] {
            wait::until_blocking("the replica has taken over", AGREE_LIMIT, || {
                cluster.cli(&["GET", key]).is_ok_and(|found| found == key)
            })
            .unwrap();
        }
    }
}
