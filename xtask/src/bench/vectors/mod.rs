//! How long a search by words and by meaning takes over a million passages, in PostgreSQL: of one owner,
//! and of ten thousand; and what pgvector would take for the same vectors.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use tempfile::tempdir;

use super::{
    Programs,
    api::Api,
    example, proc,
    report::{Promise, Report, Table},
    server::Server,
    services::Services,
};
use crate::{debian, process, test};

mod peer;

/// Passages of the one owner, and others of a hundred passages each, unless the environment says otherwise.
const PASSAGES: (&str, u64) = ("VECTORS_PASSAGES", 1_000_000);
const OWNERS: (&str, u64) = ("VECTORS_OWNERS", 10_000);
/// Set to `off` where pgvector is not to be compared.
const PEER: &str = "VECTORS_PEER";
const MANY: &str = "many";
/// What nineteen of twenty searches may take, in milliseconds.
const LIMIT: Promise = Promise::AtMost(50.0);
/// Others whose first search is timed.
const OTHERS: u64 = 1_000;
/// Memory in MB into which the one owner's vectors do not go.
const TOO_LITTLE: &str = "8";

/// What `search_vectors compare` prints.
#[derive(Deserialize)]
struct Compared {
    filled_seconds: f64,
    built_seconds: f64,
    index_bytes: f64,
    table_bytes: f64,
    codes: Codes,
    asked: Vec<Asked>,
}

#[derive(Deserialize)]
struct Codes {
    recall: f64,
    ms: f64,
}

#[derive(Deserialize)]
struct Asked {
    what: String,
    recall: f64,
    times: Vec<f64>,
}

/// A model that knows the vectors of the queries, killed when dropped.
struct Model {
    child: Child,
    url: String,
}

impl Model {
    fn start(program: &Path, queries: &[&str]) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        // Held open: it answers until its input ends.
        let input = child.stdin.as_mut().context("no input")?;
        for query in queries {
            writeln!(input, "{query}")?;
        }
        writeln!(input)?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut url)?;
        let url = url.trim().to_owned();
        Ok(Self { child, url })
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fills, asks, compares.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "GET /api/search over PostgreSQL behind PgBouncer, end to end over loopback, one query after the \
         other: 400 queries of one to four words that stand near each other on some page, of which the \
         server knows the vectors from a round before (a model's own time is not counted). One owner has a \
         million passages of 150 words with 50,000 words by Zipf's law, and ten thousand others have a \
         hundred each: 10,000 read and stored by the product's own code, the others copied from them by the \
         database. Vectors are made, of 384 dimensions in which 48 tell something, around 5,000 topics; each \
         passage has its own. pgvector 0.6.2 in PostgreSQL 16 has the million in a table with an HNSW index \
         (m 16, ef_construction 64), all in memory, and is asked by a prepared statement for the ten nearest \
         alone; recall is against comparing all exactly.",
    );
    let number = |(name, otherwise): (&str, u64)| {
        env::var(name).map_or(Ok(otherwise), |text| text.parse::<u64>())
    };
    let (passages, owners) = (number(PASSAGES)?, number(OWNERS)?);
    report.value("passages of one owner", count(passages)?, "");
    report.value("others, with 100 passages each", count(owners)?, "");
    let services = example::build("ultudy-testkit", "services")?;
    let services = Services::start_by(Command::new(services).arg("durable"))?;
    services.migrate(&programs.ultudy)?;
    let program = example::build("ultudy-store", "search_vectors")?;
    let begun = Instant::now();
    let printed = process::output(
        Command::new(&program)
            .args(["fill", &services.direct_url, &services.as_superuser()])
            .args([passages.to_string(), owners.to_string()]),
    )?;
    report.value("filling", begun.elapsed().as_secs_f64(), "s");
    let bytes = services.number("SELECT pg_database_size(current_database())")?;
    report.value("database", to_mib(bytes), "MiB");
    let queries: Vec<&str> = printed.lines().collect();
    let model = Model::start(&program, &queries)?;
    let bench = Bench {
        programs,
        services: &services,
        model: &model,
        queries: &queries,
    };
    bench.of_one(&mut report)?;
    bench.of_others(&mut report, owners)?;
    bench.without_room(&mut report)?;
    drop(services);
    if env::var(PEER).is_ok_and(|value| value == "off") {
        return Ok(report);
    }
    compare(&mut report, &program, passages, queries.len())?;
    Ok(report)
}

struct Bench<'a> {
    programs: &'a Programs,
    services: &'a Services,
    model: &'a Model,
    queries: &'a [&'a str],
}

impl Bench<'_> {
    fn server(&self, folder: &Path, settings: &[(&str, &str)]) -> Result<Server> {
        let all = [
            ("DATABASE_URL", self.services.url.as_str()),
            ("AUTH_MODE", "dev"),
            ("SAMPLE_COURSE", "false"),
            ("EMBEDDINGS_PROVIDER", "compatible"),
            ("COMPATIBLE_EMBEDDING_MODEL", "made"),
            ("COMPATIBLE_BASE_URL", &self.model.url),
        ];
        Server::start(&self.programs.ultudy, folder, &[&all, settings].concat())
    }

    /// Milliseconds of each search of the one owner.
    fn ask(&self, server: &Server) -> Result<Vec<f64>> {
        let each = self.queries.iter();
        each.map(|query| search(&server.api, MANY, query)).collect()
    }

    fn of_one(&self, report: &mut Report) -> Result<()> {
        let folder = tempdir()?;
        let server = self.server(folder.path(), &[("EMBEDDINGS_PROVIDER", "off")])?;
        self.ask(&server)?;
        let words = self.ask(&server)?;
        report.value("p50, words alone", at(&words, 50)?, "ms");
        report.value("p95, words alone", at(&words, 95)?, "ms");
        drop(server);

        let server = self.server(folder.path(), &[])?;
        let (first, longest) = self.first(&server)?;
        report.value("its first search, which reads its codes", first, "ms");
        report.value("another's request meanwhile, at most", longest, "ms");
        self.ask(&server)?;
        let before = (proc::processor_time(server.pid())?, self.of_database()?);
        let times = self.ask(&server)?;
        let spent = proc::processor_time(server.pid())?.saturating_sub(before.0);
        let of_database = self.of_database()?.saturating_sub(before.1);
        report.value("p50", at(&times, 50)?, "ms");
        report.promised("p95", at(&times, 95)?, "ms", LIMIT);
        report.value("p99", at(&times, 99)?, "ms");
        report.value("longest", at(&times, 100)?, "ms");
        let each = |time: Duration| time.as_secs_f64() * 1_000.0 / times.len() as f64;
        report.value("processor time of a search", each(spent), "ms");
        report.value("PostgreSQL's for it", each(of_database), "ms");
        let by_words = words_only(&server.api)?;
        report.promised(
            "searches by words alone",
            by_words,
            "",
            Promise::AtMost(0.0),
        );
        report.value(
            "codes that are kept",
            to_mib(number(&server.api, KEPT)?),
            "MiB",
        );
        let memory = proc::Memory::of(server.pid())?;
        report.value("memory of the server, at most", memory.most, "MiB");
        let postgres = self.services.processes.first().context("no PostgreSQL")?.1;
        report.value(
            "memory of PostgreSQL",
            proc::shared_memory_of_tree(postgres),
            "MiB",
        );
        Ok(())
    }

    /// The one owner's first search, and the longest of other's requests meanwhile, in milliseconds.
    fn first(&self, server: &Server) -> Result<(f64, f64)> {
        let url = format!("http://{}", server.api.address_of_server());
        let query = self.queries.first().context("no queries")?;
        let has_ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let others = scope.spawn(|| -> Result<f64> {
                let (api, mut longest) = (Api::new(&url), 0.0_f64);
                while !has_ended.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    api.get_as("reader-0", "/api/courses")?;
                    longest = (begun.elapsed().as_secs_f64() * 1_000.0).max(longest);
                }
                Ok(longest)
            });
            let first = search(&server.api, MANY, query);
            has_ended.store(true, Ordering::Relaxed);
            let longest = others
                .join()
                .map_err(|_| anyhow::anyhow!("it panicked"))??;
            Ok((first?, longest))
        })
    }

    fn of_others(&self, report: &mut Report, owners: u64) -> Result<()> {
        let folder = tempdir()?;
        let server = self.server(folder.path(), &[])?;
        // The vectors of queries are known from now on.
        self.ask(&server)?;
        let asked = (0..OTHERS.min(owners)).zip(self.queries.iter().cycle());
        let times: Result<Vec<f64>> = asked
            .map(|(n, query)| {
                let owner = format!("reader-{}", n * owners / OTHERS.min(owners));
                search(&server.api, &owner, query)
            })
            .collect();
        let times = times?;
        if !times.is_empty() {
            report.value("first searches of others, p50", at(&times, 50)?, "ms");
            report.promised(
                "first searches of others, p95",
                at(&times, 95)?,
                "ms",
                LIMIT,
            );
            report.value("first searches of others, p99", at(&times, 99)?, "ms");
        }
        Ok(())
    }

    /// Where the one owner's codes are not kept, four searches at a time.
    fn without_room(&self, report: &mut Report) -> Result<()> {
        let folder = tempdir()?;
        let server = self.server(folder.path(), &[("SEARCH_MEMORY_MB", TOO_LITTLE)])?;
        let url = format!("http://{}", server.api.address_of_server());
        let some = self.queries.get(..100).unwrap_or(self.queries);
        let times: Result<Vec<Vec<f64>>> = thread::scope(|scope| {
            let each: Vec<_> = some
                .chunks(some.len().div_ceil(4))
                .map(|some| {
                    let url = &url;
                    scope.spawn(move || {
                        let api = Api::new(url);
                        some.iter().map(|query| search(&api, MANY, query)).collect()
                    })
                })
                .collect();
            let joined = each
                .into_iter()
                .map(|thread| thread.join().map_err(|_| anyhow::anyhow!("it panicked"))?);
            joined.collect()
        });
        let times = times?.concat();
        report.value(
            "with SEARCH_MEMORY_MB=8, four at a time, p95",
            at(&times, 95)?,
            "ms",
        );
        let by_words = words_only(&server.api)? / times.len() as f64;
        report.value(
            "of them by words alone, since others were read",
            by_words,
            "",
        );
        let memory = proc::Memory::of(server.pid())?;
        report.value("memory of that server, at most", memory.most, "MiB");
        Ok(())
    }

    fn of_database(&self) -> Result<Duration> {
        let times = self.services.processor_times()?;
        Ok(times.get("postgres").copied().unwrap_or_default())
    }
}

const KEPT: &str = "ultudy_search_codes_bytes";

/// Milliseconds of a search.
fn search(api: &Api, owner: &str, query: &str) -> Result<f64> {
    let path = format!("/api/search?q={}", query.replace(' ', "+"));
    let begun = Instant::now();
    let answer = api.get_as(owner, &path)?;
    let time = begun.elapsed().as_secs_f64() * 1_000.0;
    answer["results"].as_array().context("no results")?;
    Ok(time)
}

fn words_only(api: &Api) -> Result<f64> {
    api.sum("ultudy_search_words_only_total")
}

fn number(api: &Api, name: &str) -> Result<f64> {
    let scraped = api.text("/metrics")?;
    let mut lines = scraped.lines().filter_map(|line| line.rsplit_once(' '));
    let (_, value) = lines
        .find(|(of, _)| *of == name)
        .context("no such number")?;
    Ok(value.parse()?)
}

fn compare(report: &mut Report, program: &Path, passages: u64, queries: usize) -> Result<()> {
    let peer = peer::Peer::start()?;
    let printed = process::output(
        Command::new(program)
            .args(["compare", &peer.url])
            .args([passages.to_string(), queries.to_string()]),
    )?;
    let compared: Compared = serde_json::from_str(&printed).context("the example's output")?;
    let codes = &compared.codes;
    report.value("codes: recall of the ten nearest", codes.recall, "");
    report.value("codes: looking through them, one thread", codes.ms, "ms");
    report.value(
        "pgvector: storing the vectors",
        compared.filled_seconds,
        "s",
    );
    report.value("pgvector: building the index", compared.built_seconds, "s");
    report.value("pgvector: the index", to_mib(compared.index_bytes), "MiB");
    report.value("pgvector: the table", to_mib(compared.table_bytes), "MiB");
    report.value(
        "pgvector: memory",
        proc::shared_memory_of_tree(peer.pid()),
        "MiB",
    );
    let rows = compared.asked.iter().map(|asked| {
        let times = |share| at(&asked.times, share).map(|time| format!("{time:.1} ms"));
        let recall = format!("{:.3}", asked.recall);
        Ok(vec![
            asked.what.clone(),
            recall,
            times(50)?,
            times(95)?,
            times(99)?,
        ])
    });
    report.tables.push(Table {
        title: "pgvector, the ten nearest",
        head: vec!["Of what", "Recall", "p50", "p95", "p99"],
        rows: rows.collect::<Result<_>>()?,
    });
    Ok(())
}

/// The time within which this share of a hundred was answered.
fn at(times: &[f64], share: usize) -> Result<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let place = (times.len() * share / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().context("nothing was asked")
}

fn count(number: u64) -> Result<f64> {
    Ok(f64::from(u32::try_from(number)?))
}

fn to_mib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}
