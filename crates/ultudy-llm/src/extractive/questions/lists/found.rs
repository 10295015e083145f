//! The lists of a text: items below a sentence that leads to them, or within one.

use std::collections::HashSet;
use std::ops::Range;

use super::super::Maker;
use super::super::sound::has_letters;
use crate::extractive::alone;
use crate::extractive::frames::unlabelled;
use crate::extractive::labels::Kind;
use crate::extractive::language::{Language, is_cjk};
use crate::extractive::legible;
use crate::extractive::passage::Passage;
use crate::extractive::quotable;
use crate::extractive::text::{Sentence, fold};
use crate::extractive::word::{Role, Word, WordId};

/// Items of a list.
const ITEMS: std::ops::RangeInclusive<usize> = 3..=8;
/// Characters of an item.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=140;
/// Characters of a list with what leads to it, at most.
const LIST_MAX: usize = 900;
/// Words of an item within a sentence, at most.
const INNER_MAX: usize = 6;
/// What an item ends with that is no part of it.
const END: [char; 8] = [' ', ',', ';', '.', '，', '、', '；', '。'];

/// A list.
pub(in super::super) struct List {
    /// The sentence that leads to it, or has it.
    pub lead: usize,
    /// That sentence as far as it leads, as Markdown.
    pub opening: String,
    pub items: Vec<Item>,
    /// All of it, in quotation marks, with its pages.
    pub quote: String,
    pub pages: [u32; 2],
    /// Whether its items are steps in their order.
    pub steps: bool,
    /// Content words of what leads to it.
    pub roots: HashSet<WordId>,
}

/// An item of a list.
pub(in super::super) struct Item {
    /// Its Markdown without label and end.
    pub text: String,
    /// Its content words.
    pub roots: HashSet<WordId>,
    /// Whether it opens with a word of the grammar: “by”, “which”, “the”.
    pub grammar: bool,
}

impl Maker<'_> {
    /// The lists that can be asked about, in their order.
    pub(super) fn all_lists(&self) -> Vec<List> {
        let blocks = self.study.text.lists.iter();
        let blocks = blocks.filter_map(|list| self.block(list));
        let inner = (0..self.study.text.own).filter_map(|at| self.inner(at));
        let mut lists: Vec<_> = blocks.chain(inner).collect();
        lists.sort_by_key(|list| list.lead);
        lists
    }

    /// The items below a sentence that ends in a colon.
    fn block(&self, passages: &Range<usize>) -> Option<List> {
        let text = &self.study.text;
        let lead = text.own().iter().position(|sentence| {
            let whole = text.passages.get(passages.start);
            let ends =
                whole.is_some_and(|whole| sentence.range.end >= whole.plain.trim_end().len());
            sentence.paragraph == passages.start && ends
        })?;
        let sentence = self.study.sentence(lead);
        let below = text.passages.get(passages.start + 1..passages.end)?;
        if !below.iter().all(quotable::is_plain) || !self.leads(sentence, &sentence.plain) {
            return None;
        }
        let items: Option<Vec<_>> = below.iter().map(|item| self.item(item)).collect();
        let last = below.last()?;
        let pages = [sentence.pages[0], last.pages_of(&(0..last.plain.len()))[1]];
        let quotes = below.iter().map(|item| fold(&item.markup));
        let quotes: Vec<_> = quotes.collect();
        let quote = format!(
            "{}{}{}",
            sentence.quote,
            alone::ITEM,
            quotes.join(alone::ITEM)
        );
        let numbered = below.iter().all(|item| item.numbered);
        self.list(List {
            lead,
            opening: sentence.quote.clone(),
            steps: numbered && are_steps(&sentence.plain) && !below.iter().any(tells_its_place),
            items: items?,
            quote: self.study.phrases.quote(&quote, pages),
            pages,
            roots: self.roots_of(&sentence.words),
        })
    }

    /// What a sentence lists behind its colon: “three kinds of learning: a, b and c.”
    fn inner(&self, at: usize) -> Option<List> {
        let sentence = self.study.sentence(at);
        let apart = matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
        let colon = sentence.plain.find([':', '：'])?;
        let mark = sentence.plain.get(colon..)?.chars().next()?.len_utf8();
        let told = sentence.plain.get(..colon + mark)?;
        if apart || !self.study.complete[at] || !self.leads(sentence, told) {
            return None;
        }
        let (opening, behind) = self.study.text.cut_at(at, colon + mark)?;
        if behind.contains(['(', ':', '`', '$', '“', '„']) {
            return None;
        }
        let behind = behind.trim_end_matches(END);
        let pieces = pieces(behind, self.study.text.lexicon.language)?;
        let items: Option<Vec<_>> = pieces
            .iter()
            .map(|piece| {
                let start = sentence.plain.find(piece)?;
                let words = within(&sentence.words, start..start + piece.len());
                let verb = words
                    .iter()
                    .any(|word| self.study.text.lexicon.grammar.is_verb(word));
                (words.len() <= INNER_MAX && !verb).then(|| self.item_of(piece, words))
            })
            .collect();
        let before = within(&sentence.words, 0..colon);
        self.list(List {
            lead: at,
            opening,
            items: items?,
            quote: self.study.quoted(at),
            pages: sentence.pages,
            steps: false,
            roots: self.roots_of(before),
        })
    }

    /// A list if it can be asked about.
    fn list(&self, list: List) -> Option<List> {
        let texts: HashSet<_> = list
            .items
            .iter()
            .map(|item| item.text.to_lowercase())
            .collect();
        let fits = ITEMS.contains(&list.items.len()) && list.quote.chars().count() <= LIST_MAX;
        (fits && texts.len() == list.items.len() && !list.roots.is_empty()).then_some(list)
    }

    /// Whether what leads to a list says by itself what the list is of.
    fn leads(&self, sentence: &Sentence, told: &str) -> bool {
        let text = &self.study.text;
        // With the list, “the following” points to nothing else.
        let bare = format!("{}{}", told.trim_end_matches([':', '：']), alone::ITEM);
        sentence.dependence <= 0.0
            && alone::is_premise(&sentence.plain, text.lexicon.language).is_none()
            && legible::is_legible(text, sentence)
            && !sentence.is_about_the_book()
            && !has_letters(sentence)
            && !alone::points_out(&bare, &text.lexicon)
    }

    /// An item that says something by itself.
    fn item(&self, passage: &Passage) -> Option<Item> {
        let plain = passage.plain.trim_end();
        let bare = unlabelled(plain).trim_start();
        let label = plain.len() - bare.len();
        let marked = !passage.formulas.is_empty() || plain.contains('⟨');
        let markup = fold(&passage.markup);
        let shown = unlabelled(&markup).trim().trim_end_matches(END);
        let shown = [" and", " or", " und", " oder", " et", " ou", " y", " o"]
            .iter()
            .find_map(|end| shown.strip_suffix(end))
            .unwrap_or(shown)
            .trim_end_matches(END);
        // “It stops”: what an item goes on about, only the page tells.
        let lexicon = &self.study.text.lexicon;
        let words = self.words_of(passage, label..plain.len());
        let pointing = words
            .iter()
            .any(|word| lexicon.grammar.is_backward(word) && !lexicon.grammar.is_determiner(word));
        let whole = !marked && !pointing && !plain.ends_with([':', '?']);
        let fits = LENGTH.contains(&shown.chars().count()) && quotable::is_balanced(shown);
        (whole && fits && !alone::points_out(bare, lexicon)).then(|| self.item_of(shown, &words))
    }

    fn item_of(&self, text: &str, words: &[Word]) -> Item {
        Item {
            text: text.to_owned(),
            roots: self.roots_of(words),
            grammar: words.first().is_none_or(|word| word.role == Role::Stop),
        }
    }

    /// The words of a passage that its sentences have.
    fn words_of(&self, passage: &Passage, range: Range<usize>) -> Vec<Word> {
        let text = &self.study.text;
        let at = text
            .passages
            .iter()
            .position(|own| std::ptr::eq(own, passage));
        let sentences = text.item_words.iter().find(|(own, _)| Some(*own) == at);
        let words = sentences.map(|(_, words)| within(words, range).to_vec());
        words.unwrap_or_default()
    }

    fn roots_of(&self, words: &[Word]) -> HashSet<WordId> {
        let content = words.iter().filter(|word| word.role == Role::Content);
        content.map(|word| word.root).collect()
    }
}

/// “a, b and c” taken apart, if it lists three or more.
fn pieces(text: &str, language: Language) -> Option<Vec<&str>> {
    let links: &[&str] = match language {
        Language::English | Language::Other => &[" and ", " or "],
        Language::German => &[" und ", " oder ", " sowie "],
        Language::French => &[" et ", " ou "],
        Language::Spanish => &[" y ", " e ", " o "],
        Language::Japanese => &["および", "または"],
    };
    let mut pieces: Vec<_> = match text.contains(is_cjk) {
        true => text.split('、').collect(),
        false => text.split(", ").collect(),
    };
    let last = pieces.pop()?;
    let cut = links.iter().find_map(|link| {
        let bare = link.trim_start();
        if let Some(rest) = last.strip_prefix(bare) {
            return Some(vec![rest]);
        }
        let (left, right) = last.split_once(link)?;
        Some(vec![left, right])
    });
    match cut {
        Some(cut) => pieces.extend(cut),
        None if text.contains(is_cjk) => pieces.push(last),
        // Without an “and” what comes is no list's end.
        None => return None,
    }
    let linked = |piece: &&str| links.iter().any(|link| piece.contains(link));
    (pieces.len() >= *ITEMS.start() && !pieces.iter().any(linked)).then_some(pieces)
}

/// The words in a range of the text.
fn within(words: &[Word], range: Range<usize>) -> &[Word] {
    let start = words.partition_point(|word| word.range.start < range.start);
    let end = words.partition_point(|word| word.range.end <= range.end);
    words.get(start..end).unwrap_or_default()
}

/// Whether a sentence leads to steps that follow one another.
fn are_steps(lead: &str) -> bool {
    const STEPS: [&str; 27] = [
        " steps",
        " stages",
        " phases",
        "procedure:",
        "algorithm:",
        " proceeds",
        " in order",
        "do the following",
        "works as follows",
        "schritte",
        "phasen",
        "ablauf",
        "reihenfolge",
        "verfahren:",
        " étapes",
        " phases",
        "procédure",
        " pasos",
        " etapas",
        " fases",
        "procedimiento",
        "手順",
        "ステップ",
        "段階",
        "順序",
        "順番",
        "流れ",
    ];
    let lower = lead.to_lowercase();
    STEPS.iter().any(|step| lower.contains(step))
}

/// Whether a step says by its words where in the order it stands.
fn tells_its_place(item: &Passage) -> bool {
    const PLACES: [&str; 26] = [
        "first",
        "start",
        "begin",
        "then",
        "next",
        "finally",
        "lastly",
        "repeat",
        "otherwise",
        "zuerst",
        "zunächst",
        "dann",
        "danach",
        "zuletzt",
        "schließlich",
        "wiederhole",
        "d'abord",
        "ensuite",
        "enfin",
        "primero",
        "luego",
        "después",
        "finalmente",
        "まず",
        "次に",
        "最後に",
    ];
    let lower = unlabelled(&item.plain).trim_start().to_lowercase();
    PLACES.iter().any(|place| lower.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_lists_is_taken_apart() {
        for (text, language, expected) in [
            (
                "salt, sand, and clay",
                Language::English,
                ["salt", "sand", "clay"],
            ),
            (
                "Salz, Sand und Ton",
                Language::German,
                ["Salz", "Sand", "Ton"],
            ),
            (
                "sel, sable et argile",
                Language::French,
                ["sel", "sable", "argile"],
            ),
            (
                "sal, arena y arcilla",
                Language::Spanish,
                ["sal", "arena", "arcilla"],
            ),
            ("塩、砂、粘土", Language::Japanese, ["塩", "砂", "粘土"]),
        ] {
            assert_eq!(pieces(text, language).unwrap(), expected);
        }
        assert_eq!(pieces("salt and sand", Language::English), None);
        assert_eq!(pieces("it is warm, as we saw", Language::English), None);
    }
}
