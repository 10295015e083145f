//! From the parts' Markdown to the text of a lesson.

use std::collections::HashSet;
use std::ops::Range;

use ultudy_domain::glossary::GlossaryEntry;

use super::apparatus;
use super::cleaning::{Placed, clean, passage_of};
use super::frames::Collector;
use super::glossary::entries;
use super::labels::{self, Kind};
use super::language::Language;
use super::lexicon::Lexicon;
use super::markdown::{self, Block};
use super::passage::Passage;
use super::quotable::is_quotable;
use super::sentences;
use super::text::{Code, DEPENDENT, Heading, Origin, Sentence, Text, fold};
use super::word::{Role, Word};
use crate::LessonPart;

/// Bytes read of one lesson; a book of thousands of pages has fewer.
const TEXT_MAX: usize = 8 << 20;

/// Letters of a heading at most.
const HEADING_MAX: usize = 120;

/// Reads all parts, and what the glossary of their document says of their terms.
pub(super) fn read(parts: &[LessonPart], glossary: &[GlossaryEntry]) -> Text {
    let mut left = TEXT_MAX;
    let mut blocks = Vec::new();
    for (part, text) in parts.iter().enumerate() {
        // A bibliography cut into several sections has its name, not its heading, in each.
        if apparatus::is_named(&text.name) {
            continue;
        }
        let end = text
            .markdown
            .floor_char_boundary(left.min(text.markdown.len()));
        left -= end;
        let read = markdown::read(&text.markdown[..end], text.page_start);
        blocks.extend(read.into_iter().map(|block| (part, block)));
    }
    let blocks = clean(blocks);
    let mut builder = Builder::new(language_of(&blocks, glossary));
    for (part, block) in blocks {
        builder.take(part, block);
    }
    let mut text = builder.text;
    text.lists = builder.apart.lists();
    text.apart = builder.apart.finish();
    let pages = text.sentences.iter().map(|sentence| sentence.pages);
    text.pages = pages
        .reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
        .unwrap_or_default();
    text.own = text.sentences.len();
    entries::append(&mut text, glossary);
    text
}

/// Bytes of text that tell its language.
const SAMPLE: usize = 2_000;

/// The language of the text; of one that is mostly code, that of its document.
fn language_of(blocks: &[Placed], glossary: &[GlossaryEntry]) -> Language {
    let mut sample = String::new();
    for passage in blocks.iter().filter_map(|(_, block)| passage_of(block)) {
        sample.push_str(&passage.plain);
        sample.push('\n');
    }
    if !glossary.is_empty() && Language::detect(&sample) == Language::Other {
        sample.clear();
    }
    for entry in glossary {
        if sample.len() >= SAMPLE {
            break;
        }
        sample.push_str(&entry.sentence);
        sample.push('\n');
    }
    Language::detect(&sample)
}

/// Ends of sentences that lead to what follows.
const LEADING: &[&str] = &[
    "as follows.",
    "the following.",
    "wie folgt.",
    "comme suit.",
    "siguiente.",
];
/// Words at the head of a sentence that may point back.
const HEAD: usize = 3;

/// How much a sentence needs those before it: “It grows” more than “This cell grows”.
pub(super) fn dependence(plain: &str, words: &[Word], lexicon: &Lexicon) -> f32 {
    if plain.starts_with('(') {
        return DEPENDENT;
    }
    let means = |word: &&Word| word.role == Role::Content;
    let mut head = words.iter().take(HEAD).take_while(|word| !means(word));
    let Some(at) = head.position(|word| lexicon.grammar.is_backward(word)) else {
        return 0.0;
    };
    let named = words
        .get(at + 1)
        .is_some_and(|word| word.role != Role::Stop);
    if named { 1.0 } else { DEPENDENT }
}

/// Where a sentence stands.
struct Setting {
    part: usize,
    kind: Option<Kind>,
    /// In an item of a list.
    item: bool,
    place: usize,
}

struct Builder {
    text: Text,
    heading: Option<usize>,
    /// In references, contents, index.
    apparatus: bool,
    /// The label that stood alone before this block.
    label: Option<Kind>,
    /// What the heading above says all is that stands under it.
    under: Option<Kind>,
    apart: Collector,
    seen: HashSet<String>,
}

impl Builder {
    fn new(language: Language) -> Self {
        let text = Text {
            lexicon: Lexicon::new(language),
            sentences: Vec::new(),
            own: 0,
            pages: [0, 0],
            defined: Vec::new(),
            common: Vec::new(),
            apart: Vec::new(),
            lists: Vec::new(),
            item_words: Vec::new(),
            frames: Vec::new(),
            seldom: Vec::new(),
            headings: Vec::new(),
            codes: Vec::new(),
            passages: Vec::new(),
        };
        Self {
            text,
            heading: None,
            apparatus: false,
            label: None,
            under: None,
            apart: Collector::default(),
            seen: HashSet::new(),
        }
    }

    fn take(&mut self, part: usize, block: Block) {
        match block {
            Block::Heading(passage) => self.take_heading(part, &passage),
            Block::Lost => self.apart.lost(),
            Block::Code { text, page } if !self.apparatus && !text.trim().is_empty() => {
                let at = self.text.sentences.len();
                self.text.codes.push(Code { text, page, at });
                self.apart.lost();
            }
            Block::Paragraph(passage) if !self.apparatus => self.take_passage(part, passage, false),
            Block::Item(passage) if !self.apparatus => self.take_passage(part, passage, true),
            _ => {}
        }
    }

    fn take_heading(&mut self, part: usize, passage: &Passage) {
        let plain = fold(&passage.plain);
        self.apparatus = apparatus::is_named(&plain);
        self.label = labels::parse(&plain).map(|label| label.kind);
        self.under = self.label;
        let definition = self.label == Some(Kind::Definition);
        let next = self.text.passages.len();
        self.apart.heading(passage, definition, part, next);
        let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
        let marks = plain.chars().filter(|c| !c.is_whitespace()).count() - letters;
        let wordy = (2..=HEADING_MAX).contains(&letters) && marks <= letters;
        let quotable = passage.active.is_empty() && wordy;
        if self.apparatus || !quotable {
            self.apart.lost();
            self.heading = None;
            return;
        }
        self.heading = Some(self.text.headings.len());
        self.text.headings.push(Heading {
            words: self.text.lexicon.words(&plain),
            plain,
            quote: fold(&passage.markup),
        });
    }

    fn take_passage(&mut self, part: usize, mut passage: Passage, item: bool) {
        if apparatus::is_said(&passage.plain) {
            return;
        }
        let label = labels::parse(&passage.plain);
        let from = label.as_ref().map_or(0, |label| label.end);
        if from == passage.plain.len() {
            self.label = label.map(|label| label.kind);
            return;
        }
        let own = label.map(|label| label.kind).or(self.label.take());
        // A proof below a theorem's heading goes on until the next label.
        self.under = self.under.and(own.or(self.under));
        let kind = own.or(self.under);
        if matches!(kind, Some(Kind::Exercise | Kind::Caption)) {
            self.apart.lost();
            return;
        }
        let language = self.text.lexicon.language;
        for (place, range) in sentences::split(&passage, from, language)
            .into_iter()
            .enumerate()
        {
            let setting = Setting {
                part,
                kind,
                item,
                place,
            };
            self.take_sentence(&passage, range, &setting);
        }
        passage.item = item;
        let at = self.text.passages.len();
        if item {
            let whole = 0..passage.plain.len();
            let words = words_of(&passage, &whole, &mut self.text.lexicon);
            self.text.item_words.push((at, words));
        }
        self.apart.passage(&passage, kind, part, at);
        self.text.passages.push(passage);
    }

    fn take_sentence(&mut self, passage: &Passage, range: Range<usize>, setting: &Setting) {
        let plain = passage.plain[range.clone()].to_owned();
        // A caption that the layout ran into the paragraph.
        let caption = setting.place > 0
            && labels::parse(&plain).is_some_and(|label| label.kind == Kind::Caption);
        if caption {
            return;
        }
        let words = words_of(passage, &range, &mut self.text.lexicon);
        let language = self.text.lexicon.language;
        if !is_quotable(passage, &range, &words, language, setting.item)
            || !self.seen.insert(plain.to_lowercase())
        {
            return;
        }
        let dependence = dependence(&plain, &words, &self.text.lexicon);
        self.text.sentences.push(Sentence {
            origin: Origin::Section,
            quote: fold(&passage.markup[passage.markup_around(&range)]),
            pages: passage.pages_of(&range),
            paragraph: self.text.passages.len(),
            heading: self.heading,
            open: plain.ends_with(':') || LEADING.iter().any(|end| plain.ends_with(end)),
            part: setting.part,
            kind: setting.kind,
            place: setting.place,
            plain,
            words,
            dependence,
            range,
        });
    }
}

/// The words of a sentence; those in formulas are no words of the language.
pub(super) fn words_of(
    passage: &Passage,
    range: &Range<usize>,
    lexicon: &mut Lexicon,
) -> Vec<Word> {
    let mut words = lexicon.words(&passage.plain[range.clone()]);
    for word in &mut words {
        let place = word.range.start + range.start..word.range.end + range.start;
        if !passage.formulas.overlapping(&place).is_empty() {
            word.role = Role::Symbol;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn quotes(markdown: &str) -> Vec<String> {
        let sentences = text(markdown).sentences.into_iter();
        sentences.map(|sentence| sentence.quote).collect()
    }

    #[test]
    fn headings_tables_captions_and_exercises_are_no_sentences() {
        let read = quotes(
            "# The cell is the unit of life\n\nA cell is the smallest unit of all life.\n\n\
             | The nucleus is a part of the cell. |\n|---|\n| It is in the middle of it. |\n\n\
             Figure 2. A cell is shown with all of its organelles.\n\n\
             Exercise 4: Explain in your own words what a cell is.\n\n\
             ## References\n\nAlberts, B. (2002) wrote of the molecular biology of the cell.",
        );
        assert_eq!(read, ["A cell is the smallest unit of all life."]);
    }

    #[test]
    fn a_label_on_a_line_of_its_own_belongs_to_the_next_paragraph() {
        let text = text("Definition 10\n\nA group is a set with an operation that can be undone.");
        assert_eq!(text.sentences[0].kind, Some(Kind::Definition));
    }

    #[test]
    fn what_points_back_does_not_stand_alone() {
        let text = text(
            "A cell is the smallest unit of life. It is enclosed by a thin membrane. This membrane \
             lets only some substances pass. The nucleus of the cell lies in its middle.",
        );
        let dependence: Vec<_> = text
            .sentences
            .iter()
            .map(|found| found.dependence)
            .collect();
        assert_eq!(dependence, [0.0, DEPENDENT, 1.0, 0.0]);
    }
}
