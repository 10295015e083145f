//! What each job went through, noted by the database itself, and whether what was counted as the loss
//! of a worker was one.

use super::faults::{Suffered, worker_name};
use crate::fleet::Ground;

/// Notes every step of every job from now on.
pub fn note(ground: &Ground) {
    let notes = "CREATE SCHEMA soak;
        CREATE TABLE soak.steps (
            number bigint GENERATED ALWAYS AS IDENTITY,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            id uuid NOT NULL, status text NOT NULL, lost integer NOT NULL,
            worker_id text, failure_code text);
        CREATE FUNCTION soak.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            'BEGIN
                INSERT INTO soak.steps (id, status, lost, worker_id, failure_code)
                VALUES (NEW.id, NEW.status, NEW.lost, NEW.worker_id, NEW.failure_code);
                RETURN NULL;
            END';
        CREATE TRIGGER soak AFTER UPDATE OF status, lost, run_token ON jobs
            FOR EACH ROW EXECUTE FUNCTION soak.note()";
    ground.database.sql(notes).expect("it is made");
}

/// When it is, in Unix seconds.
pub fn now(ground: &Ground) -> f64 {
    let now = "SELECT extract(epoch FROM clock_timestamp())";
    let now = ground.database.sql(now).expect("it runs");
    now.trim().parse().expect("a time")
}

/// How many ends of jobs there were, over and over again tried ones included.
pub fn ends(ground: &Ground) -> usize {
    let ends = "SELECT count(*) FROM soak.steps
        WHERE status IN ('completed', 'failed', 'cancelled')";
    let ends = ground.database.sql(ends).expect("it runs");
    ends.trim().parse().expect("a number")
}

/// How often jobs were given up since their workers vanished.
pub fn given_up(ground: &Ground) -> String {
    let given_up = "SELECT count(*) FROM soak.steps
        WHERE status = 'failed' AND failure_code = 'worker_lost'";
    ground.database.sql(given_up).expect("it runs")
}

/// How many faults met jobs that waited, that ran, and that ended before the fault was over.
pub fn met(ground: &Ground, suffered: &[Suffered]) -> [usize; 3] {
    let faults: Vec<String> = suffered
        .iter()
        .map(|fault| format!("({}, {})", fault.from, fault.until))
        .collect();
    if faults.is_empty() {
        return [0; 3];
    }
    let met = format!(
        "WITH steps AS (
            SELECT status, extract(epoch FROM at)::float8 AS since, extract(epoch FROM
                lead(at) OVER (PARTITION BY id ORDER BY number))::float8 AS until
            FROM (SELECT number, at, id, status FROM soak.steps
                UNION ALL SELECT 0, created_at, id, 'queued' FROM jobs) noted),
        meets AS (
            SELECT began, bool_or(status = 'queued' AND since < began) AS waiting,
                bool_or(status = 'processing' AND since < began) AS running,
                bool_or(status = 'completed' AND since BETWEEN began AND ended) AS ending
            FROM (VALUES {}) faults (began, ended)
            JOIN steps ON since <= ended AND coalesce(until, 'infinity') >= began
            GROUP BY began)
        SELECT count(*) FILTER (WHERE waiting), count(*) FILTER (WHERE running),
            count(*) FILTER (WHERE ending) FROM meets",
        faults.join(", ")
    );
    let row = ground.database.sql(&met).expect("it runs");
    let mut numbers = row.trim().split('|').map(|number| number.parse());
    [(); 3].map(|()| numbers.next().expect("three").expect("a number"))
}

/// Runs that were counted as lost with their workers.
#[derive(Debug, Default)]
pub struct Losses {
    pub killed: usize,
    pub frozen: usize,
    /// Whose worker was there all the time.
    pub neither: Vec<String>,
}

/// One run that was counted as lost.
struct Loss {
    job: String,
    worker: String,
    began: f64,
    counted: f64,
}

/// Every loss that was counted, by what had become of its worker.
pub fn losses(ground: &Ground, suffered: &[Suffered]) -> Losses {
    let mut losses = Losses::default();
    for loss in counted(ground) {
        let meanwhile = |one: &&Suffered| one.from <= loss.counted && one.until >= loss.began;
        let of_its_worker = |one: &&Suffered| {
            let worker = one.fault.worker_lost();
            worker.is_some_and(|number| worker_name(number) == loss.worker)
        };
        let cause = suffered.iter().filter(meanwhile).find(of_its_worker);
        match cause {
            Some(one) if one.fault.freezes() => losses.frozen += 1,
            Some(_) => losses.killed += 1,
            None => {
                let since = |time: f64| format!("{:+.1} s", time - loss.began);
                let others: Vec<String> = suffered
                    .iter()
                    .filter(meanwhile)
                    .map(|one| {
                        let (from, until) = (since(one.from), since(one.until));
                        format!("{:?} ({from} to {until})", one.fault)
                    })
                    .collect();
                losses.neither.push(format!(
                    "job {}: its run by {} was counted as lost after {}, though that was there; meanwhile: {}; its steps: {}",
                    loss.job,
                    loss.worker,
                    since(loss.counted),
                    others.join(", "),
                    steps(ground, &loss)
                ));
            }
        }
    }
    losses
}

/// What the job of a loss went through, from the beginning of the lost run.
fn steps(ground: &Ground, loss: &Loss) -> String {
    let steps = format!(
        "SELECT string_agg(concat_ws(' ', round(extract(epoch FROM at) - {}, 1), status,
            worker_id, 'lost', lost, failure_code), ', ' ORDER BY number)
        FROM soak.steps WHERE id = '{}'",
        loss.began, loss.job
    );
    ground.database.sql(&steps).expect("it runs")
}

fn counted(ground: &Ground) -> Vec<Loss> {
    let counted = "SELECT id, worker, began, counted FROM (
            SELECT id, lost, extract(epoch FROM at) AS counted, number,
                lag(lost) OVER steps AS lost_before, lag(worker_id) OVER steps AS worker,
                extract(epoch FROM lag(at) OVER steps) AS began
            FROM soak.steps WINDOW steps AS (PARTITION BY id ORDER BY number)) of_each
        WHERE lost > coalesce(lost_before, 0) ORDER BY number";
    let rows = ground.database.sql(counted).expect("it runs");
    let of_row = |row: &str| {
        let mut fields = row.split('|').map(str::to_owned);
        let mut next = || fields.next().expect("a field");
        let (job, worker) = (next(), next());
        let mut time = || next().parse().expect("a time");
        Loss {
            job,
            worker,
            began: time(),
            counted: time(),
        }
    };
    rows.lines().map(of_row).collect()
}
