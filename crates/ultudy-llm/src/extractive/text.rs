//! The text of a lesson: its sentences, headings and code, each where it stands.

use std::ops::Range;

use super::definitions::Defined;
use super::frames::{Apart, Frame};
use super::labels::Kind;
use super::lexicon::Lexicon;
use super::marks::Marks;
use super::passage::Passage;
use super::word::Word;

/// Whose a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The text's own.
    Section,
    /// The whole document's, quoted for a term that it defines.
    Glossary,
}

/// A sentence that can be quoted.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    /// Whose it is.
    pub origin: Origin,
    /// What a reader sees.
    pub plain: String,
    /// Its Markdown, word for word.
    pub quote: String,
    /// Its words; ranges of `plain`.
    pub words: Vec<Word>,
    /// First and last page.
    pub pages: [u32; 2],
    /// The part of the lesson it stands in.
    pub part: usize,
    /// The heading it stands under.
    pub heading: Option<usize>,
    /// What its paragraph's label says.
    pub kind: Option<Kind>,
    /// Its paragraph, and its place there.
    pub paragraph: usize,
    /// Place in the paragraph: the next place, the next sentence.
    pub place: usize,
    /// How much it needs what was said before it: 0 if not, up to [`DEPENDENT`].
    pub dependence: f32,
    /// Whether it leads to something: ends in a colon.
    pub open: bool,
    /// Where it stands in its paragraph.
    pub range: Range<usize>,
}

/// A heading.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// What a reader sees.
    pub plain: String,
    /// Its Markdown.
    pub quote: String,
    /// Its words; ranges of `plain`.
    pub words: Vec<Word>,
}

/// A piece of code.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// The code.
    pub text: String,
    /// Where it stands.
    pub page: u32,
    /// Sentences before it.
    pub at: usize,
}

/// All that a lesson is made of.
pub(super) struct Text {
    /// The words.
    pub lexicon: Lexicon,
    /// The sentences that can be quoted: its own in order, then the glossary's.
    pub sentences: Vec<Sentence>,
    /// How many of them are its own.
    pub own: usize,
    /// First and last page of its own sentences.
    pub pages: [u32; 2],
    /// What the glossary's sentences define.
    pub defined: Vec<Defined>,
    /// Those of the glossary's sentences that define what all of the document uses.
    pub common: Vec<usize>,
    /// What is set apart in it.
    pub apart: Vec<Apart>,
    /// Its lists as numbers of passages: the one that leads to the items, and these.
    pub lists: Vec<Range<usize>>,
    /// The words of each item of a list, with the number of its passage.
    pub item_words: Vec<(usize, Vec<Word>)>,
    /// What of that explains a term.
    pub frames: Vec<Frame>,
    /// Those of what the document hardly uses.
    pub seldom: Vec<usize>,
    /// The headings, in order.
    pub headings: Vec<Heading>,
    /// The code, in order.
    pub codes: Vec<Code>,
    /// The paragraphs, for what the sentences need of them.
    pub passages: Vec<Passage>,
}

/// [`Sentence::dependence`] of one that says nothing by itself.
pub(super) const DEPENDENT: f32 = 2.5;

impl Sentence {
    /// Whether it says something by itself, and all of it.
    pub(super) fn stands_alone(&self) -> bool {
        self.dependence <= 0.0 && !self.open && !self.plain.ends_with('?')
    }

    /// Whether another stands right after it in the same paragraph.
    pub(super) fn is_followed_by(&self, other: &Self) -> bool {
        let gap = other.range.start.checked_sub(self.range.end);
        self.paragraph == other.paragraph && gap.is_some_and(|gap| gap <= 1)
    }

    /// Its words as printed, from the first to the last of a range.
    pub(super) fn written(&self, words: &Range<usize>) -> Option<&str> {
        let words = self.words.get(words.clone())?;
        let range = words.first()?.range.start..words.last()?.range.end;
        self.plain.get(range)
    }
}

impl Text {
    /// Its own sentences, without the glossary's.
    pub(super) fn own(&self) -> &[Sentence] {
        self.sentences.get(..self.own).unwrap_or_default()
    }

    /// Whether a sentence is one of its own or stands on one of its pages.
    pub(super) fn is_near(&self, sentence: usize) -> bool {
        let Some(found) = self.sentences.get(sentence) else {
            return false;
        };
        found.origin == Origin::Section || self.has_page_of(found.pages)
    }

    /// Whether a sentence behind its own stands for a frame.
    pub(super) fn is_framed(&self, sentence: usize) -> bool {
        let mut frames = self.frames.iter().filter(|_| sentence >= self.own);
        frames.any(|frame| frame.sentence == sentence)
    }

    /// Whether pages are, in part, its own.
    pub(super) fn has_page_of(&self, pages: [u32; 2]) -> bool {
        self.pages[0] <= pages[1] && pages[0] <= self.pages[1]
    }

    /// A sentence's Markdown with words blanked out; none where that would break it.
    pub(super) fn with_gaps(
        &self,
        sentence: usize,
        gaps: &[Range<usize>],
        gap: &str,
    ) -> Option<String> {
        let sentence = self.sentences.get(sentence)?;
        let passage = self.passages.get(sentence.paragraph)?;
        let around = passage.markup_around(&sentence.range);
        let mut written = String::new();
        let mut from = around.start;
        for range in gaps {
            let offset = sentence.range.start;
            let place = range.start + offset..range.end + offset;
            let within = passage.markup_within(&place)?;
            written.push_str(passage.markup.get(from..within.start)?);
            written.push_str(gap);
            from = within.end;
        }
        written.push_str(passage.markup.get(from..around.end)?);
        Some(fold(&written))
    }

    /// A sentence's Markdown in two, cut at a place in what a reader sees; none where
    /// emphasis or a formula goes on across the cut.
    pub(super) fn cut_at(&self, sentence: usize, place: usize) -> Option<(String, String)> {
        let sentence = self.sentences.get(sentence)?;
        let passage = self.passages.get(sentence.paragraph)?;
        let whole = &sentence.range;
        let cut = whole.start + place;
        let marks = [&passage.emphasised, &passage.code, &passage.formulas];
        if marks.iter().any(|marks| marks.has_inside(cut)) {
            return None;
        }
        let head = passage.markup_around(&(whole.start..cut));
        let end = passage.markup_around(whole).end;
        let markup = &passage.markup;
        Some((
            fold(markup.get(head.clone())?),
            fold(markup.get(head.end..end)?),
        ))
    }

    /// The emphasised ranges of a sentence, relative to it.
    pub(super) fn emphasised<'a>(
        &'a self,
        sentence: &'a Sentence,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        within(self.passages.get(sentence.paragraph), sentence, |passage| {
            &passage.emphasised
        })
    }

    /// The code of a sentence, relative to it.
    pub(super) fn code<'a>(
        &'a self,
        sentence: &'a Sentence,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        within(self.passages.get(sentence.paragraph), sentence, |passage| {
            &passage.code
        })
    }

    /// The formulas of a sentence, relative to it.
    pub(super) fn formulas<'a>(
        &'a self,
        sentence: &'a Sentence,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        within(self.passages.get(sentence.paragraph), sentence, |passage| {
            &passage.formulas
        })
    }
}

fn within<'a>(
    passage: Option<&'a Passage>,
    sentence: &'a Sentence,
    marks: impl Fn(&'a Passage) -> &'a Marks + 'a,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let whole = &sentence.range;
    passage
        .into_iter()
        .flat_map(move |passage| marks(passage).overlapping(whole))
        .filter(|mark| whole.start <= mark.start && mark.end <= whole.end)
        .map(|mark| mark.start - whole.start..mark.end - whole.start)
}

/// White space folded.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words that lie in a range of the text.
pub(super) fn words_in(words: &[Word], range: &Range<usize>) -> Option<Range<usize>> {
    let start = words.partition_point(|word| word.range.start < range.start);
    let end = words.partition_point(|word| word.range.end <= range.end);
    (start < end && end - start <= 12).then_some(start..end)
}
