//! From the file on standard input to sections on standard output.

use std::{
    io::{self, Read},
    os::fd::AsFd,
};

use rustix::fs::FileType;
use ultudy_domain::{language, section::ExtractedSection};

use super::{
    args::Ask,
    figures::{self, Files},
    recognise,
    speaker::Speaker,
};
use crate::{
    fault::Fault,
    headings,
    layout::{self, Page, Typography},
    legibility::is_legible,
    markdown,
    pdf::{FileEnd, PageError, Pdf},
    protocol::{Message, Summary, TEXT_MAX},
    sections::{self, Part},
};

/// Most lines about progress for one document.
const PROGRESS_LINES: u32 = 100;

/// Lines that tell a document's language.
const LANGUAGE_LINES: usize = 400;

/// Pages missing in a row, after which the others are not looked for.
const MISSING_MAX: u32 = 3;

/// Why the task ended early.
pub(super) enum Stop {
    /// For a fault of the file's.
    Fault(Fault),
    /// For a fault of the system's: a broken pipe, an unreadable file.
    System(io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Opens the file on standard input.
pub(super) fn open() -> Result<Pdf, Stop> {
    Ok(Pdf::open(input(&[])?)?)
}

/// Opens it so that the signs of its maths fonts are read as what they are, as far as the
/// font programs say it.
fn open_to_read(pages_max: u32) -> Result<(Pdf, FileEnd), Stop> {
    let bytes = input(&[])?;
    let file = FileEnd::of(&bytes);
    let pdf = Pdf::open(bytes)?;
    pdf.page_count(pages_max)?;
    let update = || pdf.encoding_update(&file);
    let Some(update) = can_read_again().then(update).flatten() else {
        return Ok((pdf, file));
    };
    Ok((open_again(pdf, &update)?, file))
}

/// Opens the file once more, with an update; without, if it is not the same document then.
pub(super) fn open_again(pdf: Pdf, update: &[u8]) -> Result<Pdf, Stop> {
    let pages = pdf.page_count(u32::MAX);
    // Two copies of a large file at once would not fit the memory limit.
    drop(pdf);
    let again = Pdf::open(input(update)?);
    match again {
        Ok(again) if again.page_count(u32::MAX) == pages => Ok(again),
        _ => open(),
    }
}

/// Whether standard input is a file, and no pipe that gives its bytes once.
pub(super) fn can_read_again() -> bool {
    let is_file = |stat: rustix::fs::Stat| FileType::from_raw_mode(stat.st_mode).is_file();
    rustix::fs::fstat(io::stdin()).is_ok_and(is_file)
}

/// The file on standard input, with more bytes behind it.
fn input(more: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut stdin = io::stdin().lock();
    let size = rustix::fs::fstat(&stdin).map_or(0, |stat| stat.st_size);
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(
            usize::try_from(size)
                .unwrap_or(0)
                .saturating_add(more.len()),
        )
        .map_err(|_| Fault::TooMuchMemory)?;
    match can_read_again() {
        true => read_by_place(&stdin, &mut bytes, size)?,
        false => _ = stdin.read_to_end(&mut bytes)?,
    }
    bytes.extend_from_slice(more);
    Ok(bytes)
}

/// Reads so many bytes of a file from its beginning. Children that draw its pages read the same open file at
/// the same time: how far it has been read is known to all of them together, so none goes by that.
fn read_by_place(file: impl AsFd, bytes: &mut Vec<u8>, size: i64) -> io::Result<()> {
    bytes.resize(usize::try_from(size).unwrap_or(0), 0);
    let mut there = 0;
    while there < bytes.len() {
        match rustix::io::pread(&file, &mut bytes[there..], there as u64) {
            Ok(0) => break,
            Ok(more) => there += more,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(there);
    Ok(())
}

/// Says whether the file opens.
pub(super) fn probe(pages_max: u32, speaker: &mut Speaker) -> Result<(), Stop> {
    let pages = open()?.page_count(pages_max)?;
    Ok(speaker.say(&Message::Opened { pages })?)
}

/// Says the whole document, section by section.
pub(super) fn extract(pages_max: u32, ask: Ask, speaker: &mut Speaker) -> Result<(), Stop> {
    let (pdf, file) = open_to_read(pages_max)?;
    let page_count = pdf.page_count(pages_max)?;
    let mut pages = read_pages(&pdf, page_count, speaker)?;
    let mut unreadable_pages = drop_illegible(&mut pages);
    // What a model reads is without its page's number.
    let numbered = headings::folios(&pages);
    let read = recognise::pages(&mut pages, &mut unreadable_pages, ask, speaker)?;
    let language = language(&pages);
    let folios = headings::folios(&pages).or(numbered);
    layout::drop_running_lines(&mut pages);
    layout::mark_tables(&mut pages);
    layout::set_footnotes_apart(&mut pages);
    layout::join_tables(&mut pages);
    layout::mend_hyphens(&mut pages);
    let figures = figures::place(&pdf, &mut pages);
    let (title, outline) = (pdf.title(), pdf.outline());
    let files = Files::of(pdf, &file, &figures)?;
    let typography = Typography::measure(&pages);
    layout::settle_asides(&mut pages, &typography);
    let found = headings::find(&pages, &typography, folios);
    headings::mark(&mut pages, &found.headings);
    let division = sections::divide(&pages, &outline, &found, typography.body);
    say_sections(&pages, &division.parts, &typography, speaker)?;
    figures::say(files, &figures, &pages, speaker)?;
    speaker.say(&Message::Done(Summary {
        title,
        page_count,
        sectioning: division.sectioning,
        headings: division.headings,
        unreadable_pages,
        recognised_pages: read.recognised,
        transcribed_pages: read.transcribed,
        language,
    }))?;
    Ok(())
}

/// Says all text there is, page by page, in reading order.
pub(super) fn text(pages_max: u32, ask: Ask, speaker: &mut Speaker) -> Result<(), Stop> {
    let (pdf, _) = open_to_read(pages_max)?;
    let page_count = pdf.page_count(pages_max)?;
    let mut pages = read_pages(&pdf, page_count, speaker)?;
    // What stays unread keeps the text it has.
    let mut illegible = illegible(&pages);
    recognise::pages(&mut pages, &mut illegible, ask, speaker)?;
    layout::mark_tables(&mut pages);
    layout::set_footnotes_apart(&mut pages);
    layout::mend_hyphens(&mut pages);
    let typography = Typography::measure(&pages);
    layout::settle_asides(&mut pages, &typography);
    pages.iter_mut().for_each(layout::place_labels);
    for page in &pages {
        let blocks = layout::blocks(&page.lines, &typography);
        let text = markdown::plain(&blocks);
        speaker.say(&Message::PageText { text })?;
    }
    Ok(speaker.say(&Message::AllText)?)
}

/// The numbers of pages that hold no text, or noise.
fn illegible(pages: &[Page]) -> Vec<u32> {
    let illegible = pages.iter().filter(|page| !is_legible(page.print()));
    illegible.map(|page| page.number).collect()
}

/// Empties pages whose text is noise; the numbers of all that hold none then.
fn drop_illegible(pages: &mut [Page]) -> Vec<u32> {
    let dropped = illegible(pages);
    let empty = pages
        .iter_mut()
        .filter(|page| dropped.contains(&page.number));
    empty.for_each(|page| {
        page.lines.clear();
        page.drawings.clear();
    });
    dropped
}

/// The language of the text, by a sample of lines from all pages.
fn language(pages: &[Page]) -> Option<String> {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let step = lines.clone().count().div_ceil(LANGUAGE_LINES).max(1);
    let mut sample = String::new();
    for line in lines.step_by(step) {
        sample.push_str(&line.text);
        sample.push('\n');
    }
    language::detect(&sample).map(str::to_owned)
}

/// All pages; one that cannot be read is empty. Of a torn file the library looks for each
/// lost page from end to end, so a few in a row are proof enough.
fn read_pages(pdf: &Pdf, page_count: u32, speaker: &mut Speaker) -> Result<Vec<Page>, Stop> {
    let mut pages = Vec::new();
    let mut bytes = 0;
    let mut missing = 0;
    let step = page_count.div_ceil(PROGRESS_LINES);
    let decoration = pdf.decoration(page_count);
    for index in 0..page_count {
        let read = if missing < MISSING_MAX {
            pdf.page(index, &decoration)
        } else {
            Err(PageError::Missing)
        };
        missing = if read == Err(PageError::Missing) {
            missing + 1
        } else {
            0
        };
        let page = read.unwrap_or_else(|_| Page::empty(index + 1));
        bytes += page.bytes();
        if bytes > TEXT_MAX {
            return Err(Fault::TooMuchMemory.into());
        }
        pages.push(page);
        let pages_done = index + 1;
        if pages_done % step == 0 || pages_done == page_count {
            speaker.say(&Message::Progress {
                pages_done,
                pages_total: page_count,
            })?;
        }
    }
    Ok(pages)
}

fn say_sections(
    pages: &[Page],
    parts: &[Part],
    typography: &Typography,
    speaker: &mut Speaker,
) -> Result<(), Stop> {
    let mut bytes = 0;
    for part in parts {
        let section = section(pages, part, typography);
        bytes += section.markdown.len();
        if bytes > TEXT_MAX {
            return Err(Fault::TooMuchMemory.into());
        }
        speaker.say(&Message::Section(section))?;
    }
    Ok(())
}

/// A part of the document as a section.
pub(crate) fn section(pages: &[Page], part: &Part, typography: &Typography) -> ExtractedSection {
    let range = part.page_range();
    let mut text = String::new();
    let mut description = None;
    for at in range.clone() {
        let blocks = layout::blocks(part.lines_of(pages, at), typography);
        description = description.or_else(|| markdown::describe(&blocks));
        text.push_str(&markdown::page(number(at + 1), &blocks));
    }
    ExtractedSection {
        name: part.name(),
        level: part.level,
        description,
        page_start: number(range.start + 1),
        page_end: number(range.end),
        markdown: text,
    }
}

fn number(page: usize) -> u32 {
    u32::try_from(page).unwrap_or(u32::MAX)
}
