//! Behind PgBouncer in transaction mode, where every transaction may run on another server
//! connection, next to those of other owners.

use futures_util::future::join_all;
use sqlx::{Connection, PgConnection, Row};
use ultudy_domain::job::QueueName;
use ultudy_engines::queue::{End, Queue};
use ultudy_store::{Page, Store, courses, jobs, migrate_postgres, queue::TableQueue};
use ultudy_testkit::{
    pgbouncer::PgBouncer,
    postgres::{Postgres, User},
};

use crate::{
    bench::config,
    fixtures::{ALICE, BOB, at, course, id, job},
    transactions::drop_requests_anywhere,
};

const CLIENTS: u32 = 24;
/// Transactions of a client, with three statements each.
const ROUNDS: u32 = 20;

/// Lets each row tell as whom its transaction ran.
const WITNESS: &str = "ALTER TABLE courses
    ADD COLUMN by_role text DEFAULT current_user,
    ADD COLUMN by_owner text DEFAULT current_setting('app.user_id', true)";

#[tokio::test]
async fn one_server_connection_serves_many_owners() {
    interleave(User::Member, 1).await;
}

#[tokio::test]
async fn three_server_connections_serve_many_owners() {
    interleave(User::Member, 3).await;
}

/// Row-level security does not apply to superusers, nor to owners unless it is forced:
/// it is the transaction's role that keeps the tenants apart.
#[tokio::test]
async fn owners_are_apart_also_for_a_superuser() {
    interleave(User::Superuser, 1).await;
    interleave(User::Owner, 3).await;
}

/// 24 clients × 60 statements, each client in turn for Alice and for Bob.
async fn interleave(user: User, pool_size: u32) {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let bouncer = PgBouncer::start(&server, pool_size).unwrap();
    // Migrations, too, go through it.
    migrate_postgres(&bouncer.url(User::Owner, &database))
        .await
        .unwrap();
    let store = Store::open(&config(bouncer.url(user, &database)))
        .await
        .unwrap();

    server.sql(&database, WITNESS).unwrap();

    let seen = join_all((0..CLIENTS).map(|client| client_rounds(&store, client))).await;

    let statements: u32 = seen.into_iter().sum();
    assert_eq!(statements, CLIENTS * ROUNDS * 3);
    let as_others = "SELECT count(*) FROM courses
        WHERE by_role <> 'ultudy_tenant' OR by_owner IS DISTINCT FROM owner_id";
    assert_eq!(server.sql(&database, as_others).unwrap(), "0");
    nothing_is_left_in_the_session(&bouncer.url(user, &database), user).await;
    drop(store);
}

/// Gives how many statements ran; panics on an error or a wrong answer.
async fn client_rounds(store: &Store, client: u32) -> u32 {
    let mut statements = 0;
    for round in 0..ROUNDS {
        let (owner, other) = match (client + round) % 2 {
            0 => (ALICE, BOB),
            _ => (BOB, ALICE),
        };
        let mut new = course(1 + client * ROUNDS + round);
        new.name = owner.to_owned();
        let mut tx = store.write(owner).await.unwrap();
        courses::insert(&mut tx, &new).await.unwrap();
        let all = courses::list(&mut tx, true, Page::ALL).await.unwrap();
        assert!(all.iter().all(|course| course.name == owner));
        assert!(all.contains(&new));
        // What another owner did is not there, whoever ran before on this connection.
        let foreign = id(1 + (client ^ 1) * ROUNDS + round);
        let found = courses::find(&mut tx, foreign).await.unwrap();
        assert!(found.is_none_or(|course| course.name != other));
        // Two in three commit; what is dropped must leave the connection clean.
        if round % 3 != 0 {
            tx.commit().await.unwrap();
        }
        statements += 3;
    }
    statements
}

/// Neither the role nor the owner nor a prepared statement.
async fn nothing_is_left_in_the_session(url: &str, user: User) {
    let mut connection = raw(url).await;
    let ask = "SELECT current_user::text, COALESCE(current_setting('app.user_id', true), ''),
        (SELECT count(*) FROM pg_prepared_statements)";
    let row = sqlx::raw_sql(ask).fetch_one(&mut connection).await.unwrap();
    assert_eq!(row.get::<String, _>(0), user.name());
    assert_eq!(row.get::<String, _>(1), "");
    assert_eq!(row.get::<i64, _>(2), 0);
}

async fn raw(url: &str) -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    PgConnection::connect_with(&options.extra_float_digits(None))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_dropped_request_holds_no_server_connection() {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let bouncer = PgBouncer::start(&server, 1).unwrap();
    migrate_postgres(&server.url(User::Owner, &database))
        .await
        .unwrap();
    let store = Store::open(&config(bouncer.url(User::Member, &database)))
        .await
        .unwrap();
    drop_requests_anywhere(&store).await;
}

/// Dispatch across owners shares the connections with the tenants.
#[tokio::test]
async fn jobs_of_all_owners_are_claimed_once() {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let bouncer = PgBouncer::start(&server, 3).unwrap();
    migrate_postgres(&server.url(User::Owner, &database))
        .await
        .unwrap();
    let store = Store::open(&config(bouncer.url(User::Member, &database)))
        .await
        .unwrap();
    let enqueue = async |n: u32| {
        let owner = if n.is_multiple_of(2) { ALICE } else { BOB };
        let mut tx = store.write(owner).await.unwrap();
        let new = job(n, &format!("key {n}"));
        jobs::enqueue(&mut tx, &new, at(0)).await.unwrap();
        tx.commit().await.unwrap();
    };
    join_all((0..40).map(enqueue)).await;
    let queue = TableQueue::new(store.clone());
    let work = async |worker: u32| {
        let mut done = 0;
        let mut lease = 1_000 * (worker + 1);
        loop {
            lease += 1;
            let leases = [id(lease)];
            let claim = queue.claim(QueueName::UploadProcessing, "w", &leases, at(1));
            let Some(delivery) = claim.await.unwrap().pop() else {
                return done;
            };
            let mut tx = store.write(&delivery.owner_id).await.unwrap();
            let token = delivery.lease;
            let started = jobs::start(&mut tx, delivery.job_id, token, "w", at(1)).await;
            assert!(matches!(started.unwrap(), jobs::Start::Started(_)));
            let result = serde_json::Value::Null;
            let end = jobs::complete(&mut tx, delivery.job_id, token, &result, at(1)).await;
            assert!(end.unwrap().is_some());
            tx.commit().await.unwrap();
            queue.finish(&delivery, &End::Completed).await.unwrap();
            done += 1;
        }
    };
    let done: u32 = join_all((0..8).map(work)).await.into_iter().sum();
    // A worker that finds all due jobs locked by others goes home; the last one does not.
    assert_eq!(done, 40);
    let left = "SELECT count(*) FROM jobs WHERE status <> 'completed' OR lost + attempt > 0";
    assert_eq!(server.sql(&database, left).unwrap(), "0");
}
