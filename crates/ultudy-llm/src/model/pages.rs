//! Pages read from their pictures. A model is believed to see and to copy: what it writes is taken for
//! plain text, so that nothing in it can be markup, and which page a picture is, it is neither told nor asked.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use serde::Deserialize;
use tokio::time::Instant;
use ultudy_domain::{
    hidden::seen,
    page_text::{LEVELS_MAX, PageBlock, PagePicture, PageText, Span},
};

use super::{
    Models,
    chain::{self, Unfit, Work},
    kept::Kept,
    schema::Schema::{self, Choice, List, Number, Object, Text},
    tex,
    wire::{Picture, Question},
};
use crate::{Bill, GenerateError, GeneratorIdentity, Task, Transcriber};

/// Version of the prompt, the schema and the checks together: what was read by another is read again.
pub(super) const VERSION: u32 = 1;

/// Most blocks of a page, and most bytes of all of them.
const BLOCKS_MAX: usize = 600;
const PAGE_BYTES_MAX: usize = 64 << 10;
/// Most rows of a table, and cells of a row.
const ROWS_MAX: usize = 200;
const CELLS_MAX: usize = 40;
/// Words of a page from which on it is looked whether a model has begun to repeat itself, and the share of
/// different ones that a text has, one in so many.
const WORDS_MIN: usize = 150;
const DIFFERENT: usize = 12;

const INSTRUCTIONS: &str = include_str!("prompts/pages.md");

const SCHEMA: Schema = Object(&[(
    "pages",
    List(&Object(&[
        ("picture", Number),
        (
            "blocks",
            List(&Object(&[
                (
                    "kind",
                    Choice(&[
                        "heading",
                        "paragraph",
                        "item",
                        "table",
                        "formula",
                        "code",
                        "note",
                    ]),
                ),
                ("level", Number),
                ("text", Text),
                ("rows", List(&List(&Text))),
            ])),
        ),
    ])),
)]);

const PAGES: Question = Question {
    name: "pages",
    instructions: INSTRUCTIONS,
    schema: Some(&SCHEMA),
    tokens_max: 12_000,
};

#[derive(Deserialize)]
struct Draft {
    pages: Vec<DraftPage>,
}

#[derive(Deserialize)]
struct DraftPage {
    picture: usize,
    blocks: Vec<DraftBlock>,
}

#[derive(Deserialize)]
struct DraftBlock {
    kind: Kind,
    #[serde(default)]
    level: i64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    rows: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Heading,
    Paragraph,
    Item,
    Table,
    Formula,
    Code,
    Note,
}

#[async_trait]
impl Transcriber for Models {
    fn identity(&self) -> GeneratorIdentity {
        self.reads_pages.clone()
    }

    async fn transcribe(
        &self,
        pictures: &[PagePicture],
        bill: &Bill,
    ) -> Result<Vec<Option<PageText>>, GenerateError> {
        let has_written = AtomicBool::new(false);
        let error = match self.pages(pictures, bill, &has_written).await {
            Ok(pages) => return Ok(pages),
            Err(error) => error,
        };
        // Too much for one answer, or confused: each by itself. Who writes nothing at all is not pressed.
        let is_alone = pictures.len() < 2;
        let may_help = matches!(error, GenerateError::Transient { .. });
        if is_alone || !may_help || !has_written.load(Ordering::Relaxed) {
            return Err(error);
        }
        let mut pages = Vec::new();
        let mut failed = None;
        for picture in pictures {
            let read = self.pages(std::slice::from_ref(picture), bill, &has_written);
            match read.await {
                Ok(read) => pages.extend(read),
                // Not worth another try if the first one fails, too.
                Err(error) if pages.is_empty() => return Err(error),
                Err(error) => {
                    failed = Some(error);
                    pages.push(None);
                }
            }
        }
        match failed {
            Some(error) if pages.iter().all(Option::is_none) => Err(error),
            _ => Ok(pages),
        }
    }
}

impl Models {
    /// What one answer says of all of these.
    async fn pages(
        &self,
        pictures: &[PagePicture],
        bill: &Bill,
        has_written: &AtomicBool,
    ) -> Result<Vec<Option<PageText>>, GenerateError> {
        let count = pictures.len();
        let material = serde_json::json!({"pictures": count}).to_string();
        let material = Kept::pack(&material).map_err(|error| chain::unwritten(&error))?;
        let pictures: Vec<Picture> = pictures
            .iter()
            .map(|picture| Picture {
                media_type: "image/jpeg",
                base64: BASE64.encode(&picture.jpeg),
            })
            .collect();
        let told = |text: &str| {
            if !text.is_empty() {
                has_written.store(true, Ordering::Relaxed);
            }
        };
        let work = Work {
            question: &PAGES,
            pictures: &pictures,
            deadline: Instant::now() + self.total_timeout,
            time: self.total_timeout,
            told: &told,
            bill,
        };
        let chain = self.chain(Task::Sections);
        let check = |text: &str| {
            // Also of one that does not stream.
            told(text);
            read(text, count)
        };
        Ok(chain.ask(&material, &work, check).await?.value)
    }
}

/// The pages of this many pictures, in their order.
fn read(text: &str, pictures: usize) -> Result<Vec<Option<PageText>>, Unfit> {
    let draft: Draft =
        serde_json::from_str(text.trim()).map_err(|_| Unfit::Unsound("not as asked"))?;
    let mut pages: Vec<Option<PageText>> = vec![None; pictures];
    let mut numbers = HashSet::new();
    for page in &draft.pages {
        let place = page.picture.checked_sub(1);
        let known = place.and_then(|place| pages.get_mut(place));
        match known.filter(|_| numbers.insert(page.picture)) {
            Some(place) => *place = checked(page),
            None => return Err(NOT_EACH),
        }
    }
    match numbers.len() == pictures {
        true => Ok(pages),
        false => Err(NOT_EACH),
    }
}

/// Which of them is which is not guessed.
const NOT_EACH: Unfit = Unfit::Unsound("not one page for each picture");

/// A page, if what was written is one.
fn checked(page: &DraftPage) -> Option<PageText> {
    let bytes = |block: &DraftBlock| {
        let cells = block.rows.iter().flatten().map(String::len);
        block.text.len() + cells.sum::<usize>()
    };
    let all: usize = page.blocks.iter().map(bytes).sum();
    if page.blocks.len() > BLOCKS_MAX || all > PAGE_BYTES_MAX || repeats_itself(page) {
        return None;
    }
    let blocks: Vec<PageBlock> = page.blocks.iter().filter_map(block).collect();
    (!blocks.is_empty()).then_some(PageText { blocks })
}

/// Whether the model fell into saying the same over and over.
fn repeats_itself(page: &DraftPage) -> bool {
    let of = |block: &DraftBlock| {
        let cells = block.rows.iter().flatten();
        let texts = std::iter::once(&block.text).chain(cells);
        let words = texts.flat_map(|text| text.split_whitespace().map(str::to_owned));
        words.collect::<Vec<String>>()
    };
    let words: Vec<String> = page.blocks.iter().flat_map(of).collect();
    let different: HashSet<&str> = words.iter().map(String::as_str).collect();
    words.len() >= WORDS_MIN && different.len() * DIFFERENT < words.len()
}

fn block(block: &DraftBlock) -> Option<PageBlock> {
    let level = u8::try_from(block.level.clamp(1, LEVELS_MAX.into())).unwrap_or(1);
    let text = || Some(spans(&block.text)).filter(|text| !text.is_empty());
    Some(match block.kind {
        Kind::Heading => PageBlock::Heading {
            level,
            text: text()?,
        },
        Kind::Paragraph => PageBlock::Paragraph { text: text()? },
        Kind::Note => PageBlock::Note { text: text()? },
        Kind::Item => {
            let (number, rest) = mark(&block.text);
            PageBlock::Item {
                depth: level - 1,
                number,
                text: Some(spans(rest)).filter(|text| !text.is_empty())?,
            }
        }
        Kind::Table => PageBlock::Table {
            rows: rows(&block.rows)?,
        },
        Kind::Formula => formula(&block.text)?,
        Kind::Code => {
            let code = seen(&block.text);
            let lines: Vec<String> = code.lines().map(str::to_owned).collect();
            let has_any = lines.iter().any(|line| !line.trim().is_empty());
            has_any.then_some(PageBlock::Code { lines })?
        }
    })
}

/// A formula, or its characters where it is none that may be set.
fn formula(text: &str) -> Option<PageBlock> {
    let visible = seen(text);
    let latex = visible.trim().trim_matches('$').trim();
    if latex.is_empty() {
        return None;
    }
    Some(match tex::is_harmless(latex) {
        true => PageBlock::Formula {
            latex: latex.to_owned(),
        },
        false => PageBlock::Paragraph {
            text: vec![Span::Words(latex.to_owned())],
        },
    })
}

/// As many cells in each row; none if nothing is in any.
fn rows(written: &[Vec<String>]) -> Option<Vec<Vec<Vec<Span>>>> {
    let width = written.iter().map(Vec::len).max()?.min(CELLS_MAX);
    let mut rows: Vec<Vec<Vec<Span>>> = Vec::new();
    for row in written.iter().take(ROWS_MAX) {
        let mut cells: Vec<Vec<Span>> = row.iter().take(width).map(|cell| spans(cell)).collect();
        cells.resize(width, Vec::new());
        rows.push(cells);
    }
    let has_any = rows.iter().flatten().any(|cell| !cell.is_empty());
    (width > 0 && has_any).then_some(rows)
}

/// An item's number, and its text without its mark.
fn mark(text: &str) -> (Option<u32>, &str) {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = text.get(digits..).unwrap_or_default();
    let counted = rest.strip_prefix(['.', ')']).filter(|_| digits <= 4);
    if let Some(rest) = counted.filter(|rest| rest.starts_with(char::is_whitespace))
        && let Ok(number) = text.get(..digits).unwrap_or_default().parse()
    {
        return (Some(number), rest.trim_start());
    }
    let bullet = |c: char| matches!(c, '•' | '‣' | '◦' | '▪' | '–' | '—' | '-' | '*' | '·');
    let rest = text.strip_prefix(bullet).map(str::trim_start);
    (None, rest.filter(|rest| !rest.is_empty()).unwrap_or(text))
}

/// A text and the formulas in it, on one line. A dollar sign begins a formula where no space follows it, and
/// ends one where none stands before it and no digit follows, as in Markdown.
fn spans(text: &str) -> Vec<Span> {
    let text = seen(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("$$", "$");
    let mut spans = Vec::new();
    let mut words = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['$', '\\']) {
        let (before, from) = rest.split_at(at);
        words.push_str(before);
        if let Some(after) = from.strip_prefix("\\$") {
            words.push('$');
            rest = after;
            continue;
        }
        let found = from.strip_prefix('$').and_then(enclosed);
        rest = match found {
            Some((latex, after)) => {
                if !words.is_empty() {
                    spans.push(Span::Words(std::mem::take(&mut words)));
                }
                spans.push(Span::Formula(latex.to_owned()));
                after
            }
            None => {
                let length = from.chars().next().map_or(0, char::len_utf8);
                words.push_str(&from[..length]);
                &from[length..]
            }
        };
    }
    words.push_str(rest);
    if !words.is_empty() {
        spans.push(Span::Words(words));
    }
    spans
}

/// The formula that this begins with, and what follows it; none if it is not one that may be set.
fn enclosed(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(char::is_whitespace) {
        return None;
    }
    let ends = text.match_indices('$').map(|(at, _)| at);
    let end = ends.into_iter().find(|at| !text[..*at].ends_with('\\'))?;
    let (latex, after) = (&text[..end], &text[end + 1..]);
    let is_one = !latex.is_empty()
        && !latex.ends_with(char::is_whitespace)
        && !after.starts_with(|c: char| c.is_ascii_digit())
        && tex::is_harmless(latex);
    is_one.then_some((latex, after))
}

#[cfg(test)]
mod tests;
