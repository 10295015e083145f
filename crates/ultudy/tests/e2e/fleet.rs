//! Servers that are as one: what is done on the one is there on the other.

use futures_util::StreamExt;
use reqwest::Method;
use tempfile::TempDir;
use ultudy_testkit::{chaos::Chaos, database::Database, redis::Redis};
use url::Url;

use crate::{
    api::{Api, PATIENCE, text},
    pdf,
};

/// What the processes of a fleet share.
pub struct Ground {
    pub database: Database,
    pub redis: Redis,
    files: TempDir,
}

impl Ground {
    pub fn start() -> Self {
        Self {
            database: Database::new(env!("CARGO_BIN_EXE_ultudy").as_ref()).expect("a database"),
            redis: Redis::start().expect("Redis starts"),
            files: tempfile::tempdir().expect("a folder"),
        }
    }

    /// With a database server of its own, which may be stopped.
    pub fn start_alone() -> Self {
        Self {
            database: Database::alone(env!("CARGO_BIN_EXE_ultudy").as_ref()).expect("a database"),
            redis: Redis::start().expect("Redis starts"),
            files: tempfile::tempdir().expect("a folder"),
        }
    }

    /// The folder of files.
    pub fn files(&self) -> &std::path::Path {
        self.files.path()
    }

    /// One of the processes, by its command, with these settings besides; asked as `ada`.
    pub async fn process(&self, command: &[&str], settings: &[(&str, &str)]) -> Api {
        let (database_url, redis_url) = (self.database.url(), self.redis.url());
        let files_url = format!("file://{}", self.files.path().display());
        let shared = [
            ("AUTH_MODE", "dev"),
            ("DATABASE_URL", &database_url),
            ("REDIS_URL", &redis_url),
            ("OBJECT_STORE_URL", &files_url),
        ];
        Api::start_as(command, &[&shared, settings].concat(), Some("ada")).await
    }
}

/// A network between the database and a process with this `DATABASE_URL`.
pub fn way_to_the_database(ground: &Ground) -> (Chaos, String) {
    let url = ground.database.url();
    let way = Chaos::start(port(&url)).expect("a proxy");
    let through = through(&url, &way);
    (way, through)
}

/// The port that stands in a URL.
pub fn port(url: &str) -> u16 {
    let url = Url::parse(url).expect("a URL");
    url.port().expect("a port")
}

/// The URL of a server that is reached by this way.
pub fn through(url: &str, way: &Chaos) -> String {
    let mut url = Url::parse(url).expect("a URL");
    url.set_port(Some(way.port())).expect("a port");
    url.to_string()
}

/// Two servers over one ground.
pub struct Fleet {
    pub servers: [Api; 2],
    pub ground: Ground,
}

impl Fleet {
    /// Both with these settings besides.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let ground = Ground::start();
        let servers = [
            ground.process(&[], settings).await,
            ground.process(&[], settings).await,
        ];
        Self { servers, ground }
    }
}

#[tokio::test]
async fn a_browser_at_one_server_sees_a_job_change_that_the_other_works_on() {
    let fleet = Fleet::start(&[]).await;
    let [one, other] = &fleet.servers;
    let open = |api: &Api| {
        let request = api.request(Method::GET, "/api/events");
        async move { request.send().await.expect("an answer").bytes_stream() }
    };
    let mut streams = [open(one).await, open(other).await];
    let accepted = one.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    for stream in &mut streams {
        let mut seen = String::new();
        let told = async {
            while !(seen.contains("event: completed") && seen.contains(&job_id)) {
                let chunk = stream.next().await.expect("it goes on").expect("a chunk");
                seen.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(PATIENCE, told)
            .await
            .expect("the end is told at either server");
    }
}
