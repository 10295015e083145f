//! Documents to search, and queries for them. Words come as they do in languages: the n-th is n times rarer
//! than the first (Zipf); the commonest are English function words. They go through the product's own
//! reading and store.

use std::error::Error;

use ultudy_domain::{
    Timestamp,
    document::Sectioning,
    search::document::{self, SectionText},
    section::page_mark,
};
use ultudy_store::{
    Store, blobs,
    chunks::{self, NewChunk},
    documents::{self, NewDocument, Reading},
    sections::{self, NewSection},
};
use uuid::Uuid;

/// Pages of a document.
pub const PAGES: i32 = 100;
const PAGES_A_SECTION: usize = 10;
const VOCABULARY: usize = 50_000;
const GRAMMAR: &str = "the of and to a in is that it as was for on are with be by this have from \
    or at not but what which when there can an they all we were if will each about how up out \
    them then these so some her would other into has more two no than its only over such most \
    also any where between both through";

/// The same chances each time (Knuth's MMIX generator).
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    #[allow(clippy::cast_precision_loss, reason = "31 bits")]
    fn share(&mut self) -> f64 {
        self.next() as f64 / f64::from(1_u32 << 31)
    }

    #[allow(clippy::cast_possible_truncation, reason = "31 bits")]
    pub fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }
}

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Function words, then made-up ones.
pub fn vocabulary() -> Vec<String> {
    const SYLLABLES: [&str; 16] = [
        "ba", "ce", "di", "fo", "gu", "ha", "ki", "lo", "mu", "ne", "pa", "ro", "su", "ti", "vo",
        "za",
    ];
    let made = (0..VOCABULARY).map(|number| {
        let syllables = (0..4).map(|place| SYLLABLES[(number >> (4 * place)) % 16]);
        format!("{}n", syllables.collect::<String>())
    });
    let grammar = GRAMMAR.split_whitespace().map(str::to_owned);
    grammar.chain(made).collect()
}

/// A word by Zipf's law: the logarithm of its rank is drawn evenly.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank below a hundred thousand"
)]
fn word<'a>(random: &mut Chance, words: &'a [String]) -> &'a str {
    let share = random.share();
    let rank = (words.len() as f64).powf(share) as usize;
    &words[rank.saturating_sub(1)]
}

/// A document's pages of so many words.
pub fn pages(random: &mut Chance, words: &[String], of_a_page: usize) -> Vec<String> {
    let mut page = || {
        let words: Vec<&str> = (0..of_a_page).map(|_| word(random, words)).collect();
        let sentences = words.chunks(15).map(|run| run.join(" "));
        sentences.collect::<Vec<_>>().join(". ")
    };
    (0..PAGES).map(|_| page()).collect()
}

/// One to four words of meaning, as they follow each other on a page.
pub fn query(random: &mut Chance, pages: &[String]) -> String {
    let page = &pages[random.below(pages.len())];
    let is_grammar = |word: &str| GRAMMAR.split_whitespace().any(|one| one == word);
    let words = page.split([' ', '.']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.filter(|word| !is_grammar(word)).collect();
    let length = 1 + random.below(4);
    let start = random.below(words.len() - length);
    words[start..start + length].join(" ")
}

/// Stores a document of an owner.
pub async fn load(store: &Store, owner: &str, number: usize, pages: &[String]) -> Result<()> {
    let now = Timestamp::from_timestamp(1_780_000_000, 0).unwrap_or_default();
    let first_id = number as u128 * 100;
    let id = |place: u128| Uuid::from_u128(first_id + place);
    let rows: Vec<NewSection> = (1..)
        .zip(pages.chunks(PAGES_A_SECTION))
        .zip(1..)
        .map(|((place, pages), at)| section(id(at), place, pages))
        .collect();
    let read = document::read(&rows.iter().map(text).collect::<Vec<_>>());
    let passages: Vec<NewChunk> = read
        .passages
        .into_iter()
        .map(|one| NewChunk {
            section_id: rows[one.section].id,
            page_start: one.passage.page_start.cast_signed(),
            page_end: one.passage.page_end.cast_signed(),
            content: one.passage.text,
            indexed: one.indexed,
        })
        .collect();
    let mut tx = store.write(owner).await?;
    let sha256 = format!("{owner}-{number}");
    blobs::hold(&mut tx, &sha256, 1, &sha256, now).await?;
    let document = NewDocument {
        id: id(0),
        title: format!("Document {number}"),
        course_id: None,
        chapter: None,
        material_type: None,
        sha256,
        file_name: "document.pdf".into(),
        uploaded_at: now,
    };
    documents::insert(&mut tx, &document).await?;
    sections::insert_all(&mut tx, id(0), &rows, now).await?;
    let reading = Reading {
        pages: PAGES,
        sectioning: Sectioning::Outline,
        language: Some("en"),
        unreadable_pages: &[],
        recognised_pages: &[],
        transcribed_pages: &[],
    };
    documents::publish(&mut tx, id(0), &reading).await?;
    chunks::insert_all(&mut tx, id(0), Some("en"), &passages).await?;
    tx.commit().await?;
    Ok(())
}

fn text(section: &NewSection) -> SectionText<'_> {
    SectionText {
        name: &section.name,
        first_page: section.page_start.cast_unsigned(),
        markdown: &section.markdown,
    }
}

fn section(id: Uuid, place: i32, pages: &[String]) -> NewSection {
    let first = (place - 1) * PAGES / 10 + 1;
    let marked = (first.cast_unsigned()..)
        .zip(pages)
        .map(|(number, text)| format!("{}\n{text}.\n", page_mark(number)));
    let name: Vec<&str> = pages[0].split_whitespace().take(4).collect();
    NewSection {
        id,
        section_number: place,
        name: name.join(" "),
        level: 1,
        description: None,
        page_start: first,
        page_end: first + 9,
        markdown: marked.collect(),
        content_hash: String::new(),
    }
}
