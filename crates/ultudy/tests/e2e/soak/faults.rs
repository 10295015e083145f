//! What befalls the fleet.

use std::{fs, path::Path, time::Duration};

use rand::{RngExt as _, rngs::StdRng};
use tokio::time::sleep;
use ultudy_testkit::{
    Error,
    chaos::{self, Chaos},
    nginx::Nginx,
    postgres::Postgres,
    s3::{self, S3},
    wait,
};

use super::history;
use crate::{
    api::Api,
    fleet::{self, Ground, through, way_to_the_database},
};

const APIS: usize = 2;
const WORKERS: usize = 3;
/// Longer than a lease.
const FROZEN: Duration = Duration::from_secs(10);

/// How much later what is sent arrives.
const FAR: Duration = Duration::from_millis(100);

/// How often in a row a process may end for want of a database before that is no bad luck any more.
const STARTS: usize = 5;
/// Older than files without a row are left alone, and how long sweeping them may take.
const AGED: Duration = Duration::from_secs(48 * 60 * 60);
const SWEPT: Duration = Duration::from_secs(60);
/// What such a process says last.
const NO_DATABASE: &str = "the database is not available";

/// One of them.
#[derive(Debug, Clone)]
pub enum Fault {
    /// `kill -9`, and started again a while later.
    WorkerKilled(usize, Duration),
    ApiKilled(usize, Duration),
    /// SIGTERM, waited for, and started again: a rolling deployment.
    WorkerReplaced(usize),
    ApiReplaced(usize),
    /// SIGSTOP beyond its leases, then SIGCONT.
    WorkerFrozen(usize),
    /// `kill -9`, and back with what it had.
    RedisKilled(Duration),
    /// The same, but it comes back empty.
    RedisEmptied(Duration),
    /// It holds its connections and says nothing.
    RedisFrozen(Duration),
    /// Stopped at once with all its processes, and started again a while later: the primary, its
    /// replica.
    PostgresKilled(Duration),
    ReplicaKilled(Duration),
    /// It applies nothing of what the primary sends for a while.
    ReplicaPaused(Duration),
    /// `kill -9`, and started again a while later.
    PgBouncerKilled(Duration),
    /// `kill -9` of all its processes, and started again a while later.
    NginxKilled(Duration),
    /// It reads its files anew.
    NginxReloaded,
    /// The bucket answers all that it is asked with an error of its own.
    StorageFails(Duration),
    /// The bucket does what it is asked, and the connection breaks before the answer.
    AnswersOfStorageLost(Duration),
    /// What is wrong with the way to a server, and for how long.
    Network(Server, Wrong, Duration),
}

/// Whom processes reach through a proxy that fails as it is told to.
#[derive(Debug, Clone, Copy)]
pub enum Server {
    Redis,
    Database,
    Storage,
}

#[derive(Debug, Clone, Copy)]
pub enum Wrong {
    Cut,
    Slow,
    HalfOpen,
}

impl Fault {
    pub fn by_chance(chance: &mut StdRng) -> Self {
        let worker = chance.random_range(0..WORKERS);
        let api = chance.random_range(0..APIS);
        let span = Duration::from_millis(chance.random_range(0..3_000));
        let server = match chance.random_range(0..3) {
            0 => Server::Redis,
            1 => Server::Storage,
            _ => Server::Database,
        };
        match chance.random_range(0..32) {
            0..4 => Self::WorkerKilled(worker, span),
            4..6 => Self::ApiKilled(api, span),
            6 => Self::WorkerReplaced(worker),
            7 => Self::ApiReplaced(api),
            8..10 => Self::WorkerFrozen(worker),
            10 => Self::RedisKilled(span),
            11 => Self::RedisEmptied(span),
            12..14 => Self::RedisFrozen(span * 2),
            14..16 => Self::Network(server, Wrong::Cut, span),
            16..18 => Self::Network(server, Wrong::Slow, span * 2),
            18..20 => Self::Network(server, Wrong::HalfOpen, span * 2),
            20..22 => Self::PostgresKilled(span),
            22 => Self::ReplicaKilled(span * 2),
            23 => Self::ReplicaPaused(span * 4),
            24..26 => Self::NginxKilled(span),
            26 => Self::NginxReloaded,
            27..29 => Self::StorageFails(span * 3),
            29 => Self::AnswersOfStorageLost(span * 3),
            _ => Self::PgBouncerKilled(span),
        }
    }

    /// The worker whose runs it ends or outlasts, by its number.
    pub fn worker_lost(&self) -> Option<usize> {
        match self {
            Self::WorkerKilled(number, _) | Self::WorkerFrozen(number) => Some(*number),
            _ => None,
        }
    }

    pub fn freezes(&self) -> bool {
        matches!(self, Self::WorkerFrozen(_))
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::WorkerKilled(..) => "worker killed (-9) and started again",
            Self::ApiKilled(..) => "API killed (-9) and started again",
            Self::WorkerReplaced(_) => "worker drained (SIGTERM) and started again",
            Self::ApiReplaced(_) => "API drained (SIGTERM) and started again",
            Self::WorkerFrozen(_) => "worker frozen for 10 s",
            Self::RedisKilled(_) => "Redis killed (-9) and started again",
            Self::RedisEmptied(_) => "Redis killed and started again empty",
            Self::RedisFrozen(_) => "Redis frozen for up to 6 s",
            Self::PostgresKilled(_) => "PostgreSQL killed and started again",
            Self::ReplicaKilled(_) => "the replica killed and started again",
            Self::ReplicaPaused(_) => "the replica behind by up to 12 s",
            Self::PgBouncerKilled(_) => "PgBouncer killed (-9) and started again",
            Self::NginxKilled(_) => "nginx killed (-9) and started again",
            Self::NginxReloaded => "nginx reloaded",
            Self::StorageFails(_) => "storage answering 503 (SlowDown) for up to 9 s",
            Self::AnswersOfStorageLost(_) => "storage's answers lost for up to 9 s",
            Self::Network(Server::Storage, Wrong::Cut, _) => "storage cut off for up to 3 s",
            Self::Network(Server::Storage, Wrong::Slow, _) => "storage 100 ms away for up to 6 s",
            Self::Network(Server::Storage, Wrong::HalfOpen, _) => {
                "storage swallowing all that is sent for up to 6 s"
            }
            Self::Network(Server::Redis, Wrong::Cut, _) => "Redis cut off for up to 3 s",
            Self::Network(Server::Redis, Wrong::Slow, _) => "Redis 100 ms away for up to 6 s",
            Self::Network(Server::Redis, Wrong::HalfOpen, _) => {
                "Redis swallowing all that is sent for up to 6 s"
            }
            Self::Network(Server::Database, Wrong::Cut, _) => "PostgreSQL cut off for up to 3 s",
            Self::Network(Server::Database, Wrong::Slow, _) => {
                "PostgreSQL 100 ms away for up to 6 s"
            }
            Self::Network(Server::Database, Wrong::HalfOpen, _) => {
                "PostgreSQL swallowing all that is sent for up to 6 s"
            }
        }
    }
}

/// A fault, from its beginning until all was mended, by the database's clock.
#[derive(Debug)]
pub struct Suffered {
    pub fault: Fault,
    pub from: f64,
    pub until: f64,
}

/// The fleet's processes; each keeps its port over its lives.
pub struct Processes {
    apis: Vec<Api>,
    workers: Vec<Api>,
    to_redis: Chaos,
    to_database: Chaos,
    to_storage: Chaos,
    replica: Postgres,
    nginx: Nginx,
    /// The bucket of all files.
    pub s3: S3,
    /// All that befell them.
    pub suffered: Vec<Suffered>,
    /// Starts that ended for want of a database, and were tried again.
    pub vain_starts: usize,
}

impl Processes {
    pub async fn start(ground: &Ground) -> Self {
        let to_redis = Chaos::start(ground.redis.port()).expect("a proxy");
        let (to_database, database_url) = way_to_the_database(ground);
        let redis_url = through(&ground.redis.url(), &to_redis);
        let s3 = S3::start().expect("an object store");
        let to_storage = Chaos::start(s3.port()).expect("a proxy");
        let of_bucket = s3.settings_by(to_storage.port());
        let mut network = vec![
            ("REDIS_URL", redis_url.as_str()),
            ("DATABASE_URL", database_url.as_str()),
            // No folder that all share.
            ("OBJECT_STORE_URL", ""),
        ];
        let of_bucket = of_bucket.iter();
        network.extend(of_bucket.map(|(name, value)| (*name, value.as_str())));
        let (replica, replica_url) = ground.database.start_replica().expect("a replica");
        let (mut apis, mut workers) = (Vec::new(), Vec::new());
        for _ in 0..APIS {
            let port = ultudy_testkit::ports::free_port().expect("a port");
            let port = port.to_string();
            let own = [
                ("PORT", port.as_str()),
                ("READ_REPLICA_URL", &replica_url),
                ("TRUSTED_PROXIES", "127.0.0.1"),
            ];
            let settings = [&network[..], &own].concat();
            apis.push(ground.process(&["api"], &settings).await);
        }
        for number in 0..WORKERS {
            let name = worker_name(number);
            let own = [("WORKER_ID", name.as_str()), ("DRAIN_SECONDS", "5")];
            let settings = [&network[..], &own].concat();
            workers.push(ground.process(&["worker"], &settings).await);
        }
        let ports = apis.iter().map(|api| fleet::port(api.server.base_url()));
        let ports: Vec<u16> = ports.collect();
        Self {
            apis,
            workers,
            to_redis,
            to_database,
            to_storage,
            replica,
            nginx: Nginx::start(&ports).expect("nginx starts"),
            s3,
            suffered: Vec::new(),
            vain_starts: 0,
        }
    }

    /// Where students ask.
    pub fn base_url(&self) -> String {
        self.nginx.base_url()
    }

    /// What replaces each process once, APIs first.
    pub fn deployment() -> impl Iterator<Item = Fault> {
        let apis = (0..APIS).map(Fault::ApiReplaced);
        let workers = (0..WORKERS).map(Fault::WorkerReplaced);
        apis.chain(workers).chain([Fault::NginxReloaded])
    }

    /// Has housekeeping delete all files that nothing refers to, by dating them back beyond the time for
    /// which they are left alone; those that are there.
    pub async fn swept(&mut self, rows: usize) -> Vec<String> {
        self.s3.ages(AGED).expect("they are dated back");
        // One of them does so for all; whoever it is now looks when it begins to.
        for worker in &mut self.workers {
            self.vain_starts += replace(worker).await;
        }
        let s3 = &self.s3;
        // What is left over is told by whoever looks.
        let _ = wait::until("the bucket is swept", SWEPT, async || {
            s3.keys().len() <= rows
        })
        .await;
        s3.keys()
    }

    /// Lets it happen, and mends it.
    pub async fn suffer(&mut self, fault: &Fault, ground: &mut Ground) {
        let from = history::now(ground);
        self.befall(fault, ground).await;
        self.suffered.push(Suffered {
            fault: fault.clone(),
            from,
            until: history::now(ground),
        });
    }

    async fn befall(&mut self, fault: &Fault, ground: &mut Ground) {
        match *fault {
            Fault::WorkerKilled(number, span) => {
                self.vain_starts += kill(&mut self.workers[number], span).await;
            }
            Fault::ApiKilled(number, span) => {
                self.vain_starts += kill(&mut self.apis[number], span).await;
            }
            Fault::WorkerReplaced(number) => {
                self.vain_starts += replace(&mut self.workers[number]).await;
            }
            Fault::ApiReplaced(number) => {
                self.vain_starts += replace(&mut self.apis[number]).await;
            }
            Fault::WorkerFrozen(number) => {
                let server = &mut self.workers[number].server;
                server.freeze().expect("it stands still");
                sleep(FROZEN).await;
                server.thaw().expect("it goes on");
            }
            Fault::RedisKilled(span) => {
                ground.redis.kill().expect("it dies");
                sleep(span).await;
                ground.redis.start_again().expect("it comes back");
            }
            Fault::RedisEmptied(span) => {
                ground.redis.lose_data().expect("it dies");
                sleep(span).await;
                ground.redis.start_again().expect("it comes back");
            }
            Fault::PostgresKilled(span) => {
                let (postgres, _) = ground.database.servers().expect("its own");
                postgres.stop().expect("it dies");
                sleep(span).await;
                postgres.start_again().expect("it comes back");
            }
            Fault::PgBouncerKilled(span) => {
                let (_, pooler) = ground.database.servers().expect("its own");
                pooler.kill().expect("it dies");
                sleep(span).await;
                pooler.start_again().expect("it comes back");
            }
            Fault::ReplicaKilled(span) => {
                self.replica.stop().expect("it dies");
                sleep(span).await;
                self.replica.start_again().expect("it comes back");
            }
            Fault::ReplicaPaused(span) => {
                let apply = |what| {
                    let sql = format!("SELECT pg_wal_replay_{what}()");
                    self.replica.sql("postgres", &sql).expect("it runs");
                };
                apply("pause");
                sleep(span).await;
                apply("resume");
            }
            Fault::NginxKilled(span) => {
                self.nginx.kill().expect("it dies");
                sleep(span).await;
                self.nginx.start_again().expect("it comes back");
            }
            Fault::NginxReloaded => self.nginx.reload().expect("it reads its files"),
            Fault::StorageFails(span) => {
                self.s3.fails(s3::Fault::SLOW_DOWN, None, |_| true);
                sleep(span).await;
                self.s3.recovers();
            }
            Fault::AnswersOfStorageLost(span) => {
                self.s3.fails(s3::Fault::AnswerLost, None, |_| true);
                sleep(span).await;
                self.s3.recovers();
            }
            Fault::Network(server, wrong, span) => {
                let network = match server {
                    Server::Redis => &self.to_redis,
                    Server::Database => &self.to_database,
                    Server::Storage => &self.to_storage,
                };
                network.set(match wrong {
                    Wrong::Cut => chaos::Fault::Cut,
                    Wrong::Slow => chaos::Fault::Delay(FAR),
                    Wrong::HalfOpen => chaos::Fault::HalfOpen,
                });
                sleep(span).await;
                network.set(chaos::Fault::None);
            }
            Fault::RedisFrozen(span) => {
                ground.redis.freeze().expect("it stands still");
                sleep(span).await;
                ground.redis.thaw().expect("it goes on");
            }
        }
    }

    /// The logs of all into this folder.
    pub fn keep_logs(&self, folder: &Path) {
        for (name, of) in [("api", &self.apis), ("worker", &self.workers)] {
            for (number, process) in of.iter().enumerate() {
                let file = folder.join(format!("{name}-{number}.log"));
                fs::write(file, process.server.log()).expect("the log is written");
            }
        }
        let file = folder.join("nginx.log");
        fs::write(file, self.nginx.error_log()).expect("the log is written");
    }

    /// Warnings and errors of all.
    pub fn logs(&self) -> String {
        let all = self.apis.iter().chain(&self.workers);
        let logs: Vec<String> = all.map(|process| process.server.log()).collect();
        let loud = |line: &&str| line.contains("WARN") || line.contains("ERROR");
        let lines = logs.iter().flat_map(|log| log.lines().filter(loud));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What this worker is called in rows.
pub fn worker_name(number: usize) -> String {
    format!("worker-{number}")
}

async fn kill(process: &mut Api, span: Duration) -> usize {
    process.server.kill().await.expect("it dies");
    sleep(span).await;
    start_again(process).await
}

async fn replace(process: &mut Api) -> usize {
    process.server.terminate().await.expect("it ends well");
    start_again(process).await
}

/// As whatever looks after processes does: one that ends since it finds no database in time is started
/// again. How often that was.
async fn start_again(process: &mut Api) -> usize {
    let mut said = Vec::new();
    for vain in 0..STARTS {
        match process.server.restart().await {
            Ok(()) => return vain,
            Err(Error::Failed { output, .. }) if says_last(&output, NO_DATABASE) => {
                said.extend(output.lines().next_back().map(str::to_owned));
                // Whatever looks after processes waits, too, before it starts one again.
                sleep(Duration::from_secs(1)).await;
            }
            Err(error) => panic!("it does not come back: {error}"),
        }
    }
    panic!("it found no database {STARTS} times in a row: {said:#?}");
}

fn says_last(output: &str, text: &str) -> bool {
    output
        .lines()
        .next_back()
        .is_some_and(|line| line.contains(text))
}
