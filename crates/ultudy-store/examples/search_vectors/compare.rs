//! The same vectors in pgvector, and by the program's codes: what each finds of the ten that are nearest,
//! and in what time.

use std::{
    collections::{BinaryHeap, HashSet},
    fmt::Write as _,
    num::NonZero,
    thread,
    time::Instant,
};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use ultudy_domain::search::vector::{self, CodedQuery};

use crate::{fill::send, made, text::Result};

/// Nearest passages that are to be found.
const WANTED: usize = 10;
/// Passages whose vectors are compared exactly, as in the program.
const CANDIDATES: usize = 300;
/// What pgvector's index looks at for a query: its default, and as the program's own candidates.
const LOOKED_AT: [u32; 3] = [40, 100, 300];
/// Passages of an owner, where they are not all of one.
const OF_ONE: u64 = 100;
/// Bytes of rows that are sent at once.
const SENT: usize = 1 << 20;
const FILL: &str = "COPY passages FROM STDIN";

/// The vectors as they are kept.
struct Kept {
    bytes: Vec<Vec<u8>>,
    codes: Vec<Vec<u64>>,
}

impl Kept {
    fn of(numbers: std::ops::Range<u64>) -> Result<Self> {
        let mut kept = Self {
            bytes: Vec::new(),
            codes: Vec::new(),
        };
        for number in numbers {
            let made = made::passage(number + 1);
            kept.codes.push(vector::code(&made));
            kept.bytes.push(vector::bytes(&made).ok_or("no vector")?);
        }
        Ok(kept)
    }

    /// The places of the nearest, by the vectors themselves.
    fn exactly(&self, query: &[f32], of: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut all: Vec<(f32, usize)> = of
            .map(|place| (vector::similarity(query, &self.bytes[place]), place))
            .collect();
        all.sort_by(|left, right| right.0.total_cmp(&left.0));
        all.into_iter()
            .take(WANTED)
            .map(|(_, place)| place)
            .collect()
    }

    /// The same as the program finds them.
    fn by_codes(&self, query: &[f32]) -> Vec<usize> {
        let coded = CodedQuery::new(query);
        let mut heap = BinaryHeap::new();
        for (place, code) in self.codes.iter().enumerate() {
            heap.push((coded.distance(code), place));
            if heap.len() > CANDIDATES {
                heap.pop();
            }
        }
        self.exactly(query, heap.into_iter().map(|(_, place)| place))
    }
}

/// Milliseconds of each query, and what it found.
struct Asked {
    times: Vec<f64>,
    found: Vec<Vec<usize>>,
}

/// Fills, asks and tells.
pub async fn compare(url: &str, passages: u64, queries: u64) -> Result<()> {
    let queries: Vec<Vec<f32>> = (0..queries).map(made::query).collect();
    let kept = Kept::of(0..passages)?;
    let mut connection = PgConnection::connect(url).await?;
    let begun = Instant::now();
    fill(&mut connection, &kept).await?;
    let filled = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    connection.execute(INDEX).await?;
    let built = begun.elapsed().as_secs_f64();
    connection
        .execute("CREATE INDEX ON passages (reader); CREATE INDEX ON passages (tenth)")
        .await?;
    connection.execute("VACUUM ANALYZE passages").await?;
    let index: i64 = sqlx::query_scalar("SELECT pg_relation_size('nearest')")
        .fetch_one(&mut connection)
        .await?;
    let table: i64 = sqlx::query_scalar("SELECT pg_table_size('passages')")
        .fetch_one(&mut connection)
        .await?;

    let all = 0..kept.bytes.len();
    let truth = exactly(&kept, &queries, |_, _| true);
    let begun = Instant::now();
    let by_codes: Vec<_> = queries.iter().map(|query| kept.by_codes(query)).collect();
    let each = begun.elapsed().as_secs_f64() * 1_000.0 / f64::from(u32::try_from(queries.len())?);
    let mut asked = Vec::new();
    for looked_at in LOOKED_AT {
        let one = ask(&mut connection, &queries, looked_at, "$2 >= 0").await?;
        asked.push(one.told(&format!("all {}, ef_search {looked_at}", all.len()), &truth));
    }
    let truth_of_tenth = exactly(&kept, &queries, |query, place| place % 10 == query % 10);
    for looked_at in LOOKED_AT {
        let one = ask(&mut connection, &queries, looked_at, "tenth = $2 % 10").await?;
        let what = format!("an owner's tenth, ef_search {looked_at}");
        asked.push(one.told(&what, &truth_of_tenth));
    }
    let of_one = usize::try_from(OF_ONE)?;
    let truth_of_one = exactly(&kept, &queries, |query, place| place / of_one == query);
    let one = ask(&mut connection, &queries, LOOKED_AT[0], "reader = $2").await?;
    asked.push(one.told("an owner's hundred", &truth_of_one));
    let told = json!({
        "filled_seconds": filled, "built_seconds": built, "index_bytes": index, "table_bytes": table,
        "codes": {"recall": recall(&truth, &by_codes), "ms": each}, "asked": asked,
    });
    println!("{told}");
    Ok(())
}

const INDEX: &str = "SET maintenance_work_mem = '5GB'; SET max_parallel_maintenance_workers = 2;
    CREATE INDEX nearest ON passages USING hnsw (v vector_cosine_ops)";

async fn fill(connection: &mut PgConnection, kept: &Kept) -> Result<()> {
    let table = format!(
        "CREATE EXTENSION vector;
        CREATE TABLE passages (id bigint PRIMARY KEY, reader bigint, tenth bigint, v vector({}))",
        made::DIMENSIONS
    );
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(table)))
        .await?;
    let mut rows = String::new();
    for (id, bytes) in (0..).zip(&kept.bytes) {
        let values: Vec<String> = bytes.iter().map(|b| b.cast_signed().to_string()).collect();
        writeln!(
            rows,
            "{id}\t{}\t{}\t[{}]",
            id / OF_ONE,
            id % 10,
            values.join(",")
        )?;
        if rows.len() > SENT {
            send(connection, FILL, &[std::mem::take(&mut rows)]).await?;
        }
    }
    send(connection, FILL, &[rows]).await
}

/// Asks each query of the rows that a condition names, twice, and times the second.
async fn ask(
    connection: &mut PgConnection,
    queries: &[Vec<f32>],
    looked_at: u32,
    condition: &str,
) -> Result<Asked> {
    let settings = format!(
        "SET hnsw.ef_search = {looked_at}; SET plan_cache_mode = force_custom_plan; SET jit = off"
    );
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(settings)))
        .await?;
    let sql = format!(
        "SELECT id FROM passages WHERE {condition} ORDER BY v <=> $1::text::vector LIMIT {WANTED}"
    );
    let mut asked = Asked {
        times: Vec::new(),
        found: Vec::new(),
    };
    for is_timed in [false, true] {
        for (n, query) in (0_i64..).zip(queries) {
            let values: Vec<String> = query.iter().map(f32::to_string).collect();
            let begun = Instant::now();
            let found: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                .bind(format!("[{}]", values.join(",")))
                .bind(n)
                .fetch_all(&mut *connection)
                .await?;
            if is_timed {
                asked.times.push(begun.elapsed().as_secs_f64() * 1_000.0);
                let places = found.into_iter().map(usize::try_from);
                asked
                    .found
                    .push(places.collect::<std::result::Result<_, _>>()?);
            }
        }
    }
    Ok(asked)
}

/// For each query, what is nearest of those places that are its.
fn exactly(
    kept: &Kept,
    queries: &[Vec<f32>],
    is_its: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<Vec<usize>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let numbered: Vec<(usize, &Vec<f32>)> = queries.iter().enumerate().collect();
    let one = |(n, query): &(usize, &Vec<f32>)| {
        let places = (0..kept.bytes.len()).filter(|place| is_its(*n, *place));
        kept.exactly(query, places)
    };
    thread::scope(|scope| {
        let parts = numbered.chunks(numbered.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts
            .map(|some| scope.spawn(|| some.iter().map(one).collect::<Vec<_>>()))
            .collect();
        let each = parts
            .into_iter()
            .map(|part| part.join().unwrap_or_default());
        each.flatten().collect()
    })
}

/// The share of what should be found that was.
fn recall(truth: &[Vec<usize>], found: &[Vec<usize>]) -> f64 {
    let each = truth.iter().zip(found).map(|(truth, found)| {
        let found: HashSet<_> = found.iter().collect();
        truth.iter().filter(|place| found.contains(place)).count()
    });
    let all: usize = truth.iter().map(Vec::len).sum();
    let share = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    share(each.sum()) / share(all.max(1))
}

impl Asked {
    fn told(&self, what: &str, truth: &[Vec<usize>]) -> Value {
        json!({"what": what, "recall": recall(truth, &self.found), "times": self.times})
    }
}
