//! A text taken apart: what concepts and questions are made of.

use std::collections::HashSet;
use std::ops::Range;

use super::alone;
use super::frames::Frame;
use super::introduced;
use super::labels::Kind;
use super::language::{is_cjk, is_hiragana};
use super::mentions::Mention;
use super::phrases::Phrases;
use super::rank::Ranking;
use super::terms::{Term, contains};
use super::text::{Sentence, Text};
use super::word::Role;

/// Score of a term that is more than a chance meeting of words.
pub(super) const LASTING: f32 = 1.5;

/// How surely a sentence defines that explains a term.
const DEFINES: u8 = 3;

/// The text, its terms and how central its sentences are.
pub(super) struct Study {
    /// The text.
    pub text: Text,
    /// Its terms, best first.
    pub terms: Vec<Term>,
    /// The sentences about each term, those that say most first.
    pub supports: Vec<Vec<Support>>,
    /// Whether each sentence can be understood alone.
    pub complete: Vec<bool>,
    /// Its sentences' weights.
    pub ranking: Ranking,
    /// The lesson's own words.
    pub phrases: &'static Phrases,
    /// Which of several good choices is taken.
    pub variant: usize,
}

/// A sentence that says something about a term.
#[derive(Debug, Clone)]
pub(super) struct Support {
    /// The sentence.
    pub sentence: usize,
    /// Where the term stands in it.
    pub places: Vec<Range<usize>>,
    /// How surely it defines the term; 0 if it does not.
    pub defines: u8,
    /// How much it says.
    pub worth: f32,
    /// Whether the term stands there as itself: not as a verb, not within a longer term.
    pub clean: bool,
}

impl Study {
    /// Weighs all sentences about all terms.
    pub(super) fn new(text: Text, terms: Vec<Term>, variant: u32) -> Self {
        let mut study = Self {
            ranking: Ranking::of(&text),
            complete: completeness(&text),
            phrases: Phrases::of(text.lexicon.language),
            variant: usize::try_from(variant).unwrap_or_default(),
            supports: Vec::new(),
            terms,
            text,
        };
        study.supports = (0..study.terms.len())
            .map(|term| study.support_of(term))
            .collect();
        study
    }

    /// The sentences about a term, those that say most first.
    pub(super) fn support(&self, term: usize) -> &[Support] {
        self.supports.get(term).map_or(&[], Vec::as_slice)
    }

    /// What is set apart for a term, if anything.
    pub(super) fn frame(&self, term: usize) -> Option<&Frame> {
        let term = self.terms.get(term)?;
        let frames = self.text.frames.iter();
        let of_term = frames.filter(|frame| term.defined_in(frame.sentence) >= DEFINES);
        of_term.min_by_key(|frame| frame.shape)
    }

    /// Whether nothing is quoted of other sections.
    pub(super) fn is_lone(&self) -> bool {
        (self.text.own..self.text.sentences.len()).all(|at| self.text.is_near(at))
    }

    /// A sentence by its number.
    pub(super) fn sentence(&self, index: usize) -> &Sentence {
        &self.text.sentences[index]
    }

    /// A sentence in quotation marks, with its pages.
    pub(super) fn quoted(&self, index: usize) -> String {
        let sentence = self.sentence(index);
        self.phrases.quote(&sentence.quote, sentence.pages)
    }

    fn support_of(&self, index: usize) -> Vec<Support> {
        let Some(term) = self.terms.get(index) else {
            return Vec::new();
        };
        let mut support: Vec<Support> = Vec::new();
        for Mention { sentence, words } in &term.mentions {
            // What the glossary quotes for another term tells nothing of this one.
            let quoted = *sentence >= self.text.own;
            if self.text.is_framed(*sentence) || (quoted && term.defined_in(*sentence) == 0) {
                continue;
            }
            match support.last_mut().filter(|last| last.sentence == *sentence) {
                Some(last) => last.places.push(words.clone()),
                None => support.push(Support {
                    sentence: *sentence,
                    places: vec![words.clone()],
                    defines: term.defined_in(*sentence),
                    worth: 0.0,
                    clean: true,
                }),
            }
        }
        let within = self.longer_mentions(term);
        for found in &mut support {
            found.clean = self.is_clean(found, &within);
            found.worth = self.worth(found);
        }
        support.sort_by(|a, b| {
            b.worth
                .total_cmp(&a.worth)
                .then(a.sentence.cmp(&b.sentence))
        });
        support
    }

    /// Where terms stand that the term is a part of.
    fn longer_mentions(&self, term: &Term) -> HashSet<(usize, usize)> {
        let longer = |other: &&Term| {
            let own = other.score >= LASTING || !other.definitions.is_empty();
            own && other.key.len() > term.key.len() && contains(&other.key, &term.key)
        };
        let mentions = self
            .terms
            .iter()
            .filter(longer)
            .flat_map(|other| &other.mentions);
        mentions
            .flat_map(|mention| mention.words.clone().map(|at| (mention.sentence, at)))
            .collect()
    }

    fn is_clean(&self, found: &Support, longer: &HashSet<(usize, usize)>) -> bool {
        let sentence = self.sentence(found.sentence);
        let lexicon = &self.text.lexicon;
        found.places.iter().all(|place| {
            let before = place
                .start
                .checked_sub(1)
                .and_then(|at| sentence.words.get(at));
            let unknown = introduced::has_unknown_subject(&self.text, sentence, place);
            let verb = before.is_some_and(|word| lexicon.grammar.precedes_verbs(word));
            !unknown
                && !verb
                && !longer.contains(&(found.sentence, place.start))
                && !sentence.is_cut_out(place)
        })
    }

    fn worth(&self, support: &Support) -> f32 {
        let sentence = self.sentence(support.sentence);
        let opens = support.places.first().is_some_and(|place| place.start <= 2);
        let long = sentence.plain.chars().count() > 260;
        let mut worth = f32::from(support.defines) * 1.5 - sentence.dependence;
        worth += 2.0 * self.ranking.weights[support.sentence];
        for (applies, points) in [
            (opens, 1.5),
            (sentence.kind == Some(Kind::Definition), 2.0),
            (sentence.kind == Some(Kind::Theorem), 0.5),
            (sentence.kind == Some(Kind::Proof), -3.0),
            (sentence.kind == Some(Kind::Example), -0.5),
            (sentence.open, -2.0),
            (sentence.plain.ends_with('?'), -6.0),
            (long, -1.5),
            (!support.clean, -2.5),
            (sentence.is_about_the_book(), -2.0),
            (self.complete[support.sentence], 1.5),
        ] {
            if applies {
                worth += points;
            }
        }
        worth
    }
}

fn completeness(text: &Text) -> Vec<bool> {
    let sentences = text.sentences.iter();
    sentences
        .map(|sentence| alone::is_complete(text, sentence))
        .collect()
}

impl Term {
    /// How surely a sentence defines it; 0 if it does not.
    pub(super) fn defined_in(&self, sentence: usize) -> u8 {
        let defines = self.definitions.iter().find(|&&(at, _)| at == sentence);
        defines.map_or(0, |&(_, strength)| strength)
    }
}

impl Sentence {
    /// Whether a place is a part of a longer word: “print-*queue*”, of kanji or katakana.
    pub(super) fn is_cut_out(&self, place: &Range<usize>) -> bool {
        let (Some(first), Some(last)) = (
            self.words.get(place.start),
            place.end.checked_sub(1).and_then(|at| self.words.get(at)),
        ) else {
            return true;
        };
        let before = self.plain[..first.range.start].chars().next_back();
        let after = self.plain[last.range.end..].chars().next();
        let sticks = |inner: Option<char>, outer: Option<char>| {
            let term = |c: char| is_cjk(c) && !is_hiragana(c);
            let counted = inner.is_some_and(is_cjk) && outer.is_some_and(char::is_numeric);
            matches!(outer, Some('-' | '‐' | '‑' | '/' | '_'))
                || counted
                || (inner.is_some_and(term) && outer.is_some_and(term))
        };
        sticks(self.plain[first.range.clone()].chars().next(), before)
            || sticks(self.plain[last.range.clone()].chars().next_back(), after)
    }

    /// Words that carry meaning, outside the given places.
    pub(super) fn meaning_outside(&self, places: &[Range<usize>]) -> usize {
        let outside = |at: usize| !places.iter().any(|place| place.contains(&at));
        let means = |role| matches!(role, Role::Content | Role::Weak);
        let words = self.words.iter().enumerate();
        words
            .filter(|&(at, word)| means(word.role) && outside(at))
            .count()
    }

    /// Whether it speaks of the book (“Section 1.2”, “Figure 3”) more than of its matter.
    pub(super) fn is_about_the_book(&self) -> bool {
        const BOOK: [&str; 10] = [
            "section",
            "chapter",
            "exercise",
            "abschnitt",
            "kapitel",
            "chapitre",
            "capítulo",
            "sección",
            "footnote",
            "appendix",
        ];
        // Maps and shapes have these names, too, but no numbers.
        const NUMBERED: [&str; 4] = ["figure ", "abbildung ", "tabelle ", "table "];
        let lower = self.plain.to_lowercase();
        let numbered = |word: &&str| {
            lower.match_indices(*word).any(|(at, _)| {
                let rest = lower.get(at + word.len()..).unwrap_or_default();
                rest.starts_with(|c: char| c.is_ascii_digit())
            })
        };
        BOOK.iter().any(|word| lower.contains(word)) || NUMBERED.iter().any(numbered)
    }
}
