//! Files with bytes changed at random, through the real child: each ends as a document or
//! with a reason, in time, and leaves no process behind. `MUTATIONS` says how many of each
//! file of the corpus, `MUTATIONS_REPORT` where to write what came of them.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use ultudy_content::{ExtractError, ExtractLimits};

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

/// What came of a file's mutations: how often each end, and the longest in seconds.
#[derive(Default, serde::Serialize)]
struct Ends {
    ends: BTreeMap<String, u32>,
    slowest_seconds: f64,
}

async fn ends(name: &str, bytes: &[u8], mutations: u64) -> Ends {
    let mut all = Ends::default();
    for seed in 0..mutations {
        let begun = Instant::now();
        let end = match read(&with_limits(LIMITS), &mutated(bytes, seed)).await {
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
        *all.ends.entry(end).or_default() += 1;
        all.slowest_seconds = all.slowest_seconds.max(taken.as_secs_f64());
    }
    assert_eq!(
        children(),
        Vec::<String>::new(),
        "{name} left processes behind"
    );
    all
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
    ends("the book made here", &book, MUTATIONS).await;
}

#[tokio::test]
async fn changed_files_of_the_corpus_end_well() {
    let Ok(mutations) = std::env::var("MUTATIONS") else {
        return;
    };
    let mutations = mutations.parse().unwrap();
    let mut table = BTreeMap::new();
    let mut files = corpus::files();
    // The quick ones first.
    files.sort_by_key(|path| std::fs::metadata(path).map_or(0, |file| file.len()));
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let all = ends(&name, &std::fs::read(&path).unwrap(), mutations).await;
        eprintln!(
            "{name}: {:?}, slowest {:.1} s",
            all.ends, all.slowest_seconds
        );
        table.insert(name, all);
    }
    if let Some(report) = std::env::var_os("MUTATIONS_REPORT").map(PathBuf::from) {
        let json = serde_json::json!({"mutations_of_each": mutations, "files": table});
        std::fs::write(report.with_extension("json"), format!("{json:#}\n")).unwrap();
        std::fs::write(report.with_extension("md"), markdown(mutations, &table)).unwrap();
    }
}

fn markdown(mutations: u64, table: &BTreeMap<String, Ends>) -> String {
    let mut text = format!(
        "# Changed files\n\n{mutations} copies of each file of the corpus, up to {BYTES_MAX} bytes \
         of each changed at random (seeds from 0), through the reader process with its limits: how \
         they ended, and the slowest. None crashed its parent, outlived a limit or left a process \
         behind.\n\n| File | Ends | Slowest |\n|---|---|---|\n"
    );
    for (name, all) in table {
        let ends: Vec<_> = all
            .ends
            .iter()
            .map(|(end, n)| format!("{n} {end}"))
            .collect();
        writeln!(
            text,
            "| {name} | {} | {:.1} s |",
            ends.join(", "),
            all.slowest_seconds
        )
        .unwrap();
    }
    text
}
