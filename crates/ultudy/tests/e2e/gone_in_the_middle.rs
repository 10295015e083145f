//! Clients that go away, and servers that die, while the database commits what was asked for.

use reqwest::StatusCode;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use ultudy_testkit::wait;

use crate::{
    api::{Api, PATIENCE, text},
    fleet::Fleet,
    lesson_cache::{Read, ask, get, read},
    pdf,
};

/// While there is a row in `gate`, changes of this table wait in their commit.
fn gate(fleet: &Fleet, table: &str) {
    let made = format!(
        "CREATE TABLE gate (closed boolean);
        CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            WHILE EXISTS (SELECT FROM public.gate) LOOP
                PERFORM pg_sleep(0.02);
            END LOOP;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER at_gate AFTER INSERT OR UPDATE OR DELETE ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_gate()"
    );
    fleet.ground.database.sql(&made).expect("it runs");
}

/// What is sent: `METHOD /path`, the kind of the body, and that.
type Sent<'a> = (&'a str, &'a str, &'a [u8]);

/// Sends what commits as ada, until that waits at the gate.
async fn send(fleet: &Fleet, api: &Api, (what, kind, body): Sent<'_>) -> TcpStream {
    let close = "INSERT INTO gate VALUES (true)";
    fleet.ground.database.sql(close).expect("it runs");
    let address = api.server.base_url().trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nX-User-Id: ada\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let request = [head.as_bytes(), body].concat();
    connection.write_all(&request).await.expect("it is sent");
    let begun = wait::until("it is being committed", PATIENCE, async || {
        is_committing(fleet)
    });
    begun.await.expect("it comes to its commit");
    connection
}

fn is_committing(fleet: &Fleet) -> bool {
    let committing = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'";
    fleet.ground.database.sql(committing).expect("it runs") == "1"
}

/// Lets the commit end.
async fn open(fleet: &Fleet) {
    fleet
        .ground
        .database
        .sql("DELETE FROM gate")
        .expect("it runs");
    let ended = wait::until("it is committed", PATIENCE, async || !is_committing(fleet));
    ended.await.expect("the commit ends");
}

/// Sends what commits, goes away while it does, and lets the commit end once the server has noticed.
async fn send_and_go(fleet: &Fleet, api: &Api, sent: Sent<'_>) {
    let mut connection = send(fleet, api, sent).await;
    connection.shutdown().await.expect("it is open");
    let mut answer = Vec::new();
    let noticed = timeout(PATIENCE, connection.read_to_end(&mut answer)).await;
    noticed.expect("the server notices").expect("it closes");
    assert_eq!(answer, b"", "nobody is there to be answered");
    open(fleet).await;
}

fn jobs(fleet: &Fleet, kind: &str) -> String {
    let count = format!("SELECT count(*) FROM jobs WHERE job_type = '{kind}'");
    fleet.ground.database.sql(&count).expect("it runs")
}

#[tokio::test]
async fn a_lesson_that_is_asked_for_and_not_waited_for_counts() {
    let fleet = Fleet::start(&[("LESSON_JOBS_PER_MINUTE", "1")]).await;
    let [one, other] = &fleet.servers;
    let course_id = one.course("Biology").await;
    let document_id = one.document(pdf::biology(), &course_id).await;
    let section_id = one.sections(&document_id).await.remove(0);
    let path = "/api/lessons/generate";
    let body = json!({"document_id": document_id, "section_id": section_id}).to_string();
    gate(&fleet, "jobs");
    let asked = format!("POST {path}");
    let sent = (asked.as_str(), "application/json", body.as_bytes());
    send_and_go(&fleet, one, sent).await;
    assert_eq!(jobs(&fleet, "generate_lesson"), "1", "its job exists");
    let whole = other.post(path, json!({"document_id": document_id})).await;
    assert_eq!(whole.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_file_that_is_sent_and_not_waited_for_counts() {
    let fleet = Fleet::start(&[("UPLOAD_JOBS_PER_MINUTE", "1")]).await;
    let [one, other] = &fleet.servers;
    let head =
        b"--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
    let form = [head.as_slice(), &pdf::biology(), b"\r\n--part--\r\n"].concat();
    let kind = "multipart/form-data; boundary=part";
    gate(&fleet, "jobs");
    let sent = ("POST /api/upload/pdf-structured", kind, form.as_slice());
    send_and_go(&fleet, one, sent).await;
    assert_eq!(jobs(&fleet, "upload_pdf"), "1", "its job exists");
    let another = other.upload(pdf::biology(), &[]).await;
    assert_eq!(another.status, StatusCode::TOO_MANY_REQUESTS);
}

/// How a lesson that was read at both servers is deleted at the first, up to its commit.
fn deletion(read: &Read) -> String {
    format!("DELETE /api/lessons/{}", text(&read.lesson["id"]))
}

/// Not answered any more: there is none, or by now the one that was asked for after it.
async fn is_gone(api: &Api, read: &Read) {
    let old = &read.lesson["id"];
    let gone = wait::until("the lesson is gone", PATIENCE, async || {
        let answer = get(api, &read.section_id).await;
        answer.status == StatusCode::NOT_FOUND || answer.body["lesson"]["id"] != *old
    });
    gone.await.expect("it is not answered from the cache");
    let asked = ask(api, read).await.body;
    let is_new = asked["id"].is_string() && asked["id"] != *old;
    assert!(asked["job_id"].is_string() || is_new, "{asked}");
}

#[tokio::test]
async fn a_lesson_is_gone_though_nobody_waited_for_its_deletion() {
    let fleet = Fleet::start(&[]).await;
    let [one, other] = &fleet.servers;
    let read = read(&fleet).await;
    assert_eq!(
        get(other, &read.section_id).await.body["lesson"],
        read.lesson
    );
    gate(&fleet, "lessons");
    let deletion = deletion(&read);
    send_and_go(&fleet, one, (&deletion, "application/json", b"")).await;
    for api in &fleet.servers {
        is_gone(api, &read).await;
    }
}

#[tokio::test]
async fn a_lesson_is_gone_though_the_server_died_that_deleted_it() {
    let mut fleet = Fleet::start(&[]).await;
    let read = read(&fleet).await;
    let other = &fleet.servers[1];
    assert_eq!(
        get(other, &read.section_id).await.body["lesson"],
        read.lesson
    );
    gate(&fleet, "lessons");
    let deletion = deletion(&read);
    let sent = (deletion.as_str(), "application/json", b"".as_slice());
    let _waiting = send(&fleet, &fleet.servers[0], sent).await;
    fleet.servers[0].server.kill().await.expect("it dies");
    open(&fleet).await;
    is_gone(&fleet.servers[1], &read).await;
}
