//! Calls of Tesseract. It reads the picture from a pipe and writes to another.

use std::{io, path::Path, process::Stdio};

use super::RecognitionLimits;
use crate::{
    child::args::Task,
    extractor::{Launcher, helper},
    protocol::Shape,
};

/// Most it may say of a page, in bytes.
const OUTPUT_MAX: u64 = 4 << 20;

/// Points in an inch.
const INCH: f32 = 72.0;

/// One call.
pub(super) struct Call<'a> {
    pub(super) program: &'a Path,
    /// Joined by `+`.
    pub(super) languages: String,
    pub(super) limits: &'a RecognitionLimits,
}

impl Call<'_> {
    /// Its table of words; `None` where it failed or reached a limit.
    pub(super) async fn read(
        &self,
        launcher: &Launcher,
        shape: Shape,
        pixels: &[u8],
    ) -> io::Result<Option<String>> {
        let dpi = format!("{:.0}", shape.scale * INCH);
        // 3: the page is divided into columns and blocks, and stands upright.
        let words = ["stdin", "stdout", "--psm", "3", "--dpi", &dpi];
        let options = ["-l", &self.languages, "-c", "tessedit_create_tsv=1"];
        // A portable greymap.
        let head = format!("P5 {} {} 255\n", shape.width, shape.height);
        let feed = [head.as_bytes(), pixels];
        let words = [&words[..], &options[..]].concat();
        let said = run(launcher, self.program, &words, self.limits, &feed).await?;
        Ok(said.and_then(|said| String::from_utf8(said).ok()))
    }
}

/// The languages it has.
pub(super) async fn installed(
    launcher: &Launcher,
    program: &Path,
    limits: &RecognitionLimits,
) -> io::Result<Vec<String>> {
    let said = run(launcher, program, &["--list-langs"], limits, &[]).await?;
    let said = said.ok_or_else(|| io::Error::other("tesseract does not list its languages"))?;
    // The first line is a heading.
    let listed = String::from_utf8_lossy(&said);
    let names = listed.lines().skip(1).map(|name| name.trim().to_owned());
    Ok(names.collect())
}

async fn run(
    launcher: &Launcher,
    program: &Path,
    words: &[&str],
    limits: &RecognitionLimits,
    feed: &[&[u8]],
) -> io::Result<Option<Vec<u8>>> {
    let program = program.to_string_lossy().into_owned();
    let words = words.iter().map(|word| (*word).to_owned());
    let command = std::iter::once(program).chain(words).collect();
    let mut command = launcher.command(Task::Run { command }, limits.of_a_child());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    helper::run(&mut command, feed, OUTPUT_MAX).await
}
