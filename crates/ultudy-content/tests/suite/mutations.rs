//! Files with bytes changed at random, through the real child: each ends as a document or
//! with a reason, in time, and leaves no process behind. `MUTATIONS` says how many of each
//! file of the corpus, `MUTATIONS_READER` the program whose `extract` reads them, and
//! `MUTATIONS_REPORT` where to write what came of them.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use ultudy_content::{ExtractError, ExtractLimits, Extractor};

use crate::{
    corpus,
    harness::{read, with_limits},
    pdf_file::{Page, PdfFile},
};

/// Of the file made here, on every run.
const MUTATIONS: u64 = 40;

/// Most bytes changed in one file.
const BYTES_MAX: u64 = 20;

/// Pages that no other test allows: the word by which this one's children are known.
const PAGES_MAX: u32 = 1_999;

const LIMITS: ExtractLimits = ExtractLimits {
    memory_bytes: 512 << 20,
    cpu: Duration::from_secs(60),
    wall: Duration::from_secs(180),
    pages_max: PAGES_MAX,
};

/// Steele, Lea and Flood's SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn mutated(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut mutated = bytes.to_vec();
    for _ in 0..=next(&mut state) % BYTES_MAX {
        let at = next(&mut state) % bytes.len() as u64;
        mutated[usize::try_from(at).unwrap()] = next(&mut state).to_le_bytes()[0];
    }
    mutated
}

/// What came of a file's mutations: how often each end, and the longest.
#[derive(Default, serde::Serialize)]
struct Ends {
    ends: BTreeMap<String, u32>,
    slowest_seconds: f64,
    slowest_seed: u64,
}

/// Reads so many mutations, as many at once as there are processors.
async fn ends(extractor: &Extractor, name: &str, bytes: &[u8], mutations: u64) -> Ends {
    let at_once = thread::available_parallelism().unwrap().get();
    let mut ended = stream::iter(0..mutations)
        .map(|seed| end(extractor, name, bytes, seed))
        .buffered(at_once);
    let mut all = Ends::default();
    for seed in 0..mutations {
        let (end, seconds) = ended.next().await.unwrap();
        *all.ends.entry(end).or_default() += 1;
        if seconds > all.slowest_seconds {
            (all.slowest_seconds, all.slowest_seed) = (seconds, seed);
        }
    }
    drop(ended);
    assert_eq!(
        children(),
        Vec::<String>::new(),
        "{name} left processes behind"
    );
    all
}

/// How one mutation ended, and after how many seconds.
async fn end(extractor: &Extractor, name: &str, bytes: &[u8], seed: u64) -> (String, f64) {
    let begun = Instant::now();
    let end = match read(extractor, &mutated(bytes, seed)).await {
        Ok(document) => {
            assert!(!document.sections.is_empty(), "{name}, seed {seed}");
            "document".to_owned()
        }
        Err(ExtractError::File(failure)) => failure.code,
        Err(error) => panic!("{name}, seed {seed}: {error:?}"),
    };
    let taken = begun.elapsed();
    // What is over the limit is the parent's doing, not the child's.
    assert!(
        taken < LIMITS.wall + Duration::from_secs(30),
        "{name}, seed {seed}"
    );
    (end, taken.as_secs_f64())
}

/// Command lines of readers started here that are still there. Other tests of this process
/// have theirs.
fn children() -> Vec<String> {
    let own = std::process::id();
    let tasks = std::fs::read_dir(format!("/proc/{own}/task")).unwrap();
    let lists =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    let all: String = lists.collect();
    let lines = all.split_whitespace().filter_map(|pid| {
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some(String::from_utf8_lossy(&words).replace('\0', " "))
    });
    lines
        .filter(|line| line.contains(&format!("--pages-max={PAGES_MAX}")))
        .collect()
}

#[tokio::test]
async fn a_changed_file_ends_well() {
    let lines = ["A line of text that stands on the page."; 40];
    let book = PdfFile::default()
        .pages(vec![Page::new().heading("Sets").text(&lines); 3])
        .entry(1, "Sets", 1, None)
        .build();
    ends(&with_limits(LIMITS), "the book made here", &book, MUTATIONS).await;
}

#[tokio::test]
async fn changed_files_of_the_corpus_end_well() {
    let Ok(mutations) = std::env::var("MUTATIONS") else {
        return;
    };
    let mutations = mutations.parse().unwrap();
    let extractor = match std::env::var_os("MUTATIONS_READER") {
        Some(program) => Extractor::new(program.into(), vec!["extract".to_owned()], LIMITS),
        None => with_limits(LIMITS),
    };
    let mut table = BTreeMap::new();
    let mut files = corpus::files();
    // The quick ones first.
    files.sort_by_key(|path| std::fs::metadata(path).map_or(0, |file| file.len()));
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let all = ends(&extractor, &name, &bytes, mutations).await;
        eprintln!(
            "{name}: {:?}, slowest {:.1} s (seed {})",
            all.ends, all.slowest_seconds, all.slowest_seed
        );
        table.insert(name, all);
    }
    if let Some(report) = std::env::var_os("MUTATIONS_REPORT") {
        std::fs::write(report, serde_json::to_vec_pretty(&table).unwrap()).unwrap();
    }
}
