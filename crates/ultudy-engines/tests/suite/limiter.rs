use std::{cell::Cell, slice, time::Duration};

use ultudy_engines::{
    limiter::{
        Counter, Decision, Limit, Limiter, RedisLimiter, Reservation,
        conformance::{self, Time},
    },
    redis::Redis,
};
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    redis::{Cluster, Redis as Server},
};
use uuid::Uuid;

const LIMIT: Limit = Limit {
    most: 3,
    window: Duration::from_secs(60),
};

/// The server's clock cannot be moved: what the server holds is, and the ends of its keys.
struct Moving<'a> {
    nodes: &'a [Server],
    moved: Cell<Duration>,
}

impl<'a> Moving<'a> {
    fn what(nodes: &'a [Server]) -> Self {
        Self {
            nodes,
            moved: Cell::default(),
        }
    }
}

/// Makes all that counts so many microseconds older. A key whose end is past goes.
const MOVE: &str = r"
    local span = tonumber(ARGV[1])
    for _, key in ipairs(redis.call('KEYS', 'ultudy:limit:*')) do
        if redis.call('TYPE', key).ok == 'zset' and not key:find(':holders$') then
            local places = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
            for at = 1, #places, 2 do
                local taken = string.format('%.0f', places[at + 1] - span)
                redis.call('ZADD', key, 'XX', taken, places[at])
            end
        end
        local left = redis.call('PTTL', key)
        if left >= 0 then
            redis.call('PEXPIRE', key, string.format('%.0f', left - math.floor(span / 1000)))
        end
    end
    return 'moved'
";

impl Time for Moving<'_> {
    const MOMENT: Duration = Duration::from_secs(10);

    async fn now(&self) -> Duration {
        let time = self.nodes[0].cli(["TIME"]).unwrap();
        let parts: Vec<u64> = time.lines().map(|part| part.parse().unwrap()).collect();
        Duration::from_secs(parts[0]) + Duration::from_micros(parts[1]) + self.moved.get()
    }

    async fn pass(&self, span: Duration) {
        let micros = span.as_micros().to_string();
        for node in self.nodes {
            assert_eq!(node.cli(["EVAL", MOVE, "0", &micros]).unwrap(), "moved");
        }
        self.moved.set(self.moved.get() + span);
    }
}

fn counter() -> Counter {
    Counter {
        kind: "lesson_jobs",
        whose: "ada".into(),
    }
}

fn place(number: u128) -> Reservation {
    let holder = Uuid::from_u128(0);
    let place = Uuid::from_u128(number);
    Reservation { place, holder }
}

async fn is_allowed(limiter: &RedisLimiter, number: u128) -> bool {
    let decision = limiter.reserve(&counter(), LIMIT, place(number)).await;
    matches!(decision, Decision::Allowed { .. })
}

#[tokio::test]
async fn on_one_server_it_keeps_the_promises_of_a_limiter() {
    let server = Server::start().unwrap();
    let fresh = async || {
        server.cli(["FLUSHALL"]).unwrap();
        RedisLimiter::new(Redis::connect(&server.url()).await.unwrap())
    };
    conformance::all(fresh, &Moving::what(slice::from_ref(&server))).await;
    let left = server.cli(["KEYS", "*"]).unwrap();
    for key in left.lines() {
        assert_ne!(server.cli(["PTTL", key]).unwrap(), "-1", "{key} never ends");
    }
}

#[tokio::test]
async fn on_a_cluster_it_keeps_the_promises_of_a_limiter() {
    let cluster = Cluster::start().unwrap();
    let fresh = async || {
        for node in cluster.nodes() {
            node.cli(["FLUSHALL"]).unwrap();
        }
        RedisLimiter::new(Redis::connect(&cluster.url()).await.unwrap())
    };
    conformance::all(fresh, &Moving::what(cluster.nodes())).await;
}

/// As many as are allowed together by three processes.
async fn processes_count_together(url: &str) {
    let mut engines = Vec::new();
    for _ in 0..3 {
        engines.push(RedisLimiter::new(Redis::connect(url).await.unwrap()));
    }
    conformance::share(engines).await;
}

#[tokio::test]
async fn processes_that_share_a_redis_count_together() {
    let server = Server::start().unwrap();
    processes_count_together(&server.url()).await;
}

#[tokio::test]
async fn processes_that_share_a_cluster_count_together() {
    let cluster = Cluster::start().unwrap();
    processes_count_together(&cluster.url()).await;
}

#[tokio::test]
async fn while_redis_is_away_the_limit_stays_and_what_passed_then_counts_when_it_is_back() {
    let mut server = Server::start().unwrap();
    let limiter = RedisLimiter::new(Redis::connect(&server.url()).await.unwrap());
    assert!(is_allowed(&limiter, 1).await);
    server.lose_data().unwrap();
    // One counted before, two more now.
    assert!(is_allowed(&limiter, 2).await);
    assert!(is_allowed(&limiter, 3).await);
    assert!(!is_allowed(&limiter, 4).await);
    limiter.release(&counter(), place(3)).await;

    server.start_again().unwrap();
    let asked = async || {
        server
            .cli(["EXISTS", "ultudy:limit:{lesson_jobs:ada}"])
            .unwrap()
            == "1"
    };
    let reached = async || {
        let allowed = is_allowed(&limiter, 5).await;
        assert!(allowed, "its place is kept, and reserved again is the same");
        asked().await
    };
    let patience = Duration::from_secs(30);
    ultudy_testkit::wait::until("Redis is asked again", patience, reached)
        .await
        .unwrap();
    assert!(!is_allowed(&limiter, 6).await);
}

#[tokio::test]
async fn what_others_limit_is_not_exceeded_while_redis_is_away_or_slow() {
    let server = Server::start().unwrap();
    let way = Chaos::start(server.port()).unwrap();
    let url = format!("redis://127.0.0.1:{}", way.port());
    let limiter = RedisLimiter::strict(Redis::connect(&url).await.unwrap());
    assert!(is_allowed(&limiter, 1).await);
    // Longer than who counts alone waits; nobody does so here.
    way.set(Fault::Delay(Duration::from_millis(400)));
    assert!(is_allowed(&limiter, 2).await);
    way.set(Fault::HalfOpen);
    for number in 3..6 {
        let decision = limiter.reserve(&counter(), LIMIT, place(number)).await;
        let Decision::Refused { wait } = decision else {
            panic!("{decision:?}");
        };
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
    }
    way.set(Fault::None);
    let patience = Duration::from_secs(30);
    ultudy_testkit::wait::until("Redis is asked again", patience, async || {
        is_allowed(&limiter, 6).await
    })
    .await
    .unwrap();
    assert!(!is_allowed(&limiter, 7).await);
}

#[tokio::test]
async fn what_one_process_closes_is_closed_for_all_and_for_itself_without_redis() {
    let mut server = Server::start().unwrap();
    let one = RedisLimiter::strict(Redis::connect(&server.url()).await.unwrap());
    let other = RedisLimiter::strict(Redis::connect(&server.url()).await.unwrap());
    one.close(&counter(), LIMIT.window).await;
    let left = other.closed(&counter()).await.unwrap();
    assert!(left <= LIMIT.window && left > LIMIT.window / 2, "{left:?}");
    server.lose_data().unwrap();
    assert!(one.closed(&counter()).await.is_some());
    assert!(other.closed(&counter()).await.is_none());
}

/// As providers say that ask for no pause, such as by `Retry-After: 0`.
#[tokio::test]
async fn what_is_closed_for_no_time_hinders_nobody() {
    let server = Server::start().unwrap();
    let limiter = RedisLimiter::strict(Redis::connect(&server.url()).await.unwrap());
    for span in [Duration::ZERO, Duration::from_micros(720)] {
        limiter.close(&counter(), span).await;
    }
    assert!(is_allowed(&limiter, 1).await);
    assert_eq!(limiter.closed(&counter()).await, None);
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_nobody_out() {
    let server = Server::start().unwrap();
    let limiter = RedisLimiter::new(Redis::connect(&server.url()).await.unwrap());
    let future = "99999999999999999";
    for id in ["a", "b", "c"] {
        server
            .cli(["ZADD", "ultudy:limit:{lesson_jobs:ada}", future, id])
            .unwrap();
    }
    assert!(is_allowed(&limiter, 1).await);
}
