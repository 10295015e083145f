//! A fleet on a Redis Cluster that loses masters, with and without a replica, and workers, while students
//! go on.

use ultudy_testkit::{redis::Cluster, wait};

use super::{Class, audit, history};
use crate::{
    api::{Api, PATIENCE},
    balancer::before,
    fleet::Ground,
};

const STUDENTS: usize = 4;
/// Jobs that must have ended between two losses.
const ENDS_BETWEEN: usize = 4;
/// Jobs that must have been made while a queue is away.
const MADE: usize = 2;
/// Each queue, and its jobs.
const QUEUES: [(&str, &str); 2] = [
    ("bull:{upload-processing}:", "upload_pdf"),
    ("bull:{lesson-generation}:", "generate_lesson"),
];
/// The node that is no queue's.
const STAYS: usize = 1;

/// Two APIs and two workers on a cluster.
struct Fleet {
    ground: Ground,
    cluster: Cluster,
    /// They end with it.
    apis: Vec<Api>,
    workers: Vec<Api>,
}

impl Fleet {
    async fn start() -> Self {
        let ground = Ground::start();
        history::note(&ground);
        let cluster = Cluster::start_with_replicas().expect("a cluster");
        let mut fleet = Self {
            ground,
            cluster,
            apis: Vec::new(),
            workers: Vec::new(),
        };
        for _ in 0..2 {
            let api = fleet.process("api", &[("TRUSTED_PROXIES", "127.0.0.1")]);
            let api = api.await;
            fleet.apis.push(api);
        }
        for name in ["worker-0", "worker-1"] {
            let worker = fleet.process("worker", &[("WORKER_ID", name)]).await;
            fleet.workers.push(worker);
        }
        fleet
    }

    async fn process(&self, role: &str, own: &[(&str, &str)]) -> Api {
        // Of one that stays: a process that starts asks it for the others.
        let url = self.cluster.nodes()[STAYS].url();
        let settings = [&[("REDIS_URL", url.as_str())], own].concat();
        self.ground.process(&[role], &settings).await
    }

    /// Waits until more jobs have ended.
    async fn goes_on(&self, after: &str) {
        let enough = history::ends(&self.ground) + ENDS_BETWEEN;
        let gone_on = wait::until("jobs end", PATIENCE, async || {
            history::ends(&self.ground) >= enough
        });
        assert!(gone_on.await.is_ok(), "after {after}: {}", self.logs());
    }

    /// Waits until more jobs of this type have been accepted.
    async fn accepts(&self, job_type: &str) {
        let made = format!("SELECT count(*) FROM jobs WHERE job_type = '{job_type}'");
        let made = || {
            let made = audit::rows(&self.ground, &made).concat();
            made.parse::<usize>().expect("a number")
        };
        let enough = made() + MADE;
        let accepted = wait::until("jobs are accepted", PATIENCE, async || made() >= enough);
        assert!(accepted.await.is_ok(), "{}", self.logs());
    }

    /// The node that is the master of this queue now, or as soon as one is.
    async fn master(&self, queue: &str) -> usize {
        let nodes = self.cluster.nodes();
        let began = self.cluster.master_of(queue).expect("a node runs");
        let either = [began, began + nodes.len() / 2];
        let is_master = |number: &usize| {
            let node = &nodes[*number];
            node.pid().is_some()
                && node
                    .cli(["ROLE"])
                    .is_ok_and(|role| role.starts_with("master"))
        };
        wait::for_some("a node is the queue's master", PATIENCE, async || {
            either.into_iter().find(&is_master)
        })
        .await
        .expect("its replica takes over")
    }

    /// Its node is gone, with what it had if so wanted, and comes back once jobs wait for it.
    async fn master_is_away(&mut self, (queue, job_type): (&str, &str), loses_all: bool) {
        let master = self.master(queue).await;
        let node = &mut self.cluster.nodes_mut()[master];
        match loses_all {
            true => node.lose_data().expect("it dies"),
            false => node.kill().expect("it dies"),
        }
        self.accepts(job_type).await;
        let node = &mut self.cluster.nodes_mut()[master];
        node.start_again().expect("it comes back");
        self.goes_on("the return of a master").await;
    }

    async fn worker_dies(&mut self, number: usize) {
        let server = &mut self.workers[number].server;
        server.kill().await.expect("it dies");
        server.restart().await.expect("it comes back");
        self.goes_on("a worker's death").await;
    }

    fn logs(&self) -> String {
        let all = self.apis.iter().chain(&self.workers);
        all.map(|process| process.server.log()).collect()
    }
}

/// F7: of either queue the master with a replica, then the one that took over, which has none; it comes
/// back with what it had, or, the lessons', empty. A worker dies between.
#[tokio::test]
async fn a_fleet_on_a_cluster_that_loses_its_queues_masters_loses_nothing() {
    let mut fleet = Fleet::start().await;
    let nginx = before(&[&fleet.apis[0], &fleet.apis[1]]);
    let class = Class::start(STUDENTS, 7, &nginx.base_url());
    fleet.goes_on("the start").await;

    for (number, (queue, job_type)) in QUEUES.into_iter().enumerate() {
        let master = fleet.master(queue).await;
        assert_ne!(master, STAYS);
        fleet.cluster.nodes_mut()[master].kill().expect("it dies");
        fleet.goes_on("the loss of a master with a replica").await;
        fleet.worker_dies(number).await;

        assert_ne!(fleet.master(queue).await, master);
        fleet.master_is_away((queue, job_type), number == 1).await;
    }

    let (done, late) = class.ends(&fleet.ground).await;
    assert_eq!(late, [""; 0], "{}", fleet.logs());
    let mut found = audit::Found::default();
    found.wrong.extend(done.wrong.iter().cloned());
    audit::stored(&fleet.ground, &done, &mut found);
    assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
    let told = done.untold.is_empty();
    assert!(told, "open pages are told: {:?}", done.untold);
    wait::until("the queues hold nothing any more", PATIENCE, async || {
        let left = QUEUES.map(|(queue, _)| {
            let lists = ["wait", "active"].map(|list| format!("{queue}{list}"));
            let left = fleet.cluster.cli(&["EXISTS", &lists[0], &lists[1]]);
            left.expect("a node answers")
        });
        left == ["0", "0"]
    })
    .await
    .unwrap();
}
