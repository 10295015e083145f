//! Noun phrases of a whole text and what is known of each.

use std::collections::HashMap;
use std::ops::Range;

use crate::extractive::definitions;
use crate::extractive::keyphrases;
use crate::extractive::language::{Language, is_cjk};
use crate::extractive::lexicon::Lexicon;
use crate::extractive::nouns;
use crate::extractive::text::{Text, words_in};
use crate::extractive::word::{Role, Word, WordId};

/// Words of a phrase at most.
const WORDS_MAX: usize = 4;
/// Of a single word's uses at least one in so many stands where nouns stand.
const NOUN_SHARE: u32 = 10;
/// Forms of a phrase told apart.
const FORMS_MAX: usize = 12;

/// A phrase that may be a concept.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    /// Its roots: what all its forms have in common.
    pub roots: Vec<WordId>,
    /// How it is written and how often.
    pub forms: Vec<Form>,
    /// Uses.
    pub count: u32,
    /// Uses where nouns stand.
    as_noun: u32,
    /// Uses within longer phrases that come again, and how many those are.
    pub nested: u32,
    pub longer: u32,
    /// Sections it is used in.
    pub sections: u32,
    last_section: Option<usize>,
    /// Headings that name it, and those that name nothing else.
    pub headings: u32,
    pub headings_alone: u32,
    /// How surely it is defined, added up over its definitions.
    pub defined: u32,
    /// Uses in emphasis, as code in the text, and in blocks of code.
    pub emphasised: u32,
    pub code: u32,
    in_blocks: u32,
    /// Uses within sentences, not at their head, and those with a capital in each word.
    inner: u32,
    capital: u32,
    /// Where it first stands.
    pub first: (usize, usize),
}

/// One way to write a phrase.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// As printed.
    pub written: String,
    /// Ten for each use within a sentence, one for each at its head.
    pub count: u32,
    /// Whether the last word is the stem itself: a singular.
    pub singular: bool,
}

impl Candidate {
    /// Whether it is written as names in programs are.
    pub(super) fn is_identifier(&self) -> bool {
        let like_code = |form: &Form| form.written.contains('_');
        self.code > 0 || (self.in_blocks > 0 && self.forms.iter().any(like_code))
    }
}

/// Finds them.
pub(super) fn find(text: &mut Text) -> Vec<Candidate> {
    let definitions = definitions::find(text);
    let mut found = Found::default();
    for index in 0..text.sentences.len() {
        found.count_sentence(text, index);
    }
    for defined in definitions {
        let words = &text.sentences[defined.sentence].words[defined.words.clone()];
        if let Some(candidate) = found.get(words) {
            candidate.defined += u32::from(defined.strength);
        }
    }
    found.count_headings(text);
    found.count_marks(text);
    found.count_code(text);
    found.nest();
    found.list
}

#[derive(Default)]
struct Found {
    list: Vec<Candidate>,
    by_roots: HashMap<Vec<WordId>, usize>,
}

impl Found {
    fn get(&mut self, words: &[Word]) -> Option<&mut Candidate> {
        let roots: Vec<_> = words.iter().map(|word| word.root).collect();
        let place = *self.by_roots.get(&roots)?;
        self.list.get_mut(place)
    }

    fn of(&mut self, words: &[Word], first: (usize, usize)) -> &mut Candidate {
        let roots: Vec<_> = words.iter().map(|word| word.root).collect();
        let next = self.list.len();
        let place = *self.by_roots.entry(roots.clone()).or_insert(next);
        if place == next {
            self.list.push(Candidate {
                roots,
                first,
                ..Candidate::default()
            });
        }
        &mut self.list[place]
    }

    fn count_sentence(&mut self, text: &Text, index: usize) {
        let sentence = &text.sentences[index];
        for run in keyphrases::runs(sentence, &text.lexicon) {
            if sentence.plain[sentence.words[run.start].range.clone()]
                .chars()
                .any(is_cjk)
            {
                self.count(text, index, run.clone(), &run);
                continue;
            }
            for start in run.clone() {
                for end in start + 1..=run.end.min(start + WORDS_MAX) {
                    let words = &sentence.words[start..end];
                    let ends_mean = [0, words.len() - 1]
                        .iter()
                        .all(|&at| words[at].role != Role::Stop);
                    if ends_mean && nouns::is_term(words) {
                        self.count(text, index, start..end, &run);
                    }
                }
            }
        }
    }

    fn count(&mut self, text: &Text, index: usize, phrase: Range<usize>, run: &Range<usize>) {
        let sentence = &text.sentences[index];
        let words = &sentence.words;
        let Some(written) = sentence.written(&phrase) else {
            return;
        };
        let noun = keyphrases::is_noun(words, phrase.clone(), run, &text.lexicon);
        let ends_run = phrase.end == run.end;
        let candidate = self.of(&words[phrase.clone()], (index, phrase.start));
        candidate.count += 1;
        candidate.as_noun += u32::from(noun && ends_run);
        if candidate.last_section != Some(sentence.part) {
            candidate.last_section = Some(sentence.part);
            candidate.sections += 1;
        }
        if phrase.start > 0 {
            candidate.inner += 1;
            candidate.capital += u32::from(words[phrase.clone()].iter().all(|word| word.capital));
        }
        let singular = words[phrase.end - 1].stem == words[phrase.end - 1].form;
        candidate.write(written, phrase.start > 0, singular);
    }

    fn count_headings(&mut self, text: &Text) {
        for heading in &text.headings {
            let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
            let all = heading.words.iter().filter(|word| means(word)).count();
            for start in 0..heading.words.len() {
                for end in start + 1..=heading.words.len().min(start + WORDS_MAX) {
                    let own = heading.words[start..end]
                        .iter()
                        .filter(|word| means(word))
                        .count();
                    if let Some(candidate) = self.get(&heading.words[start..end]) {
                        candidate.headings += 1;
                        candidate.headings_alone += u32::from(own == all);
                    }
                }
            }
        }
    }

    fn count_marks(&mut self, text: &Text) {
        for sentence in &text.sentences {
            for mark in text.emphasised(sentence) {
                let run = words_in(&sentence.words, &mark);
                let run = run.and_then(|run| nouns::trimmed(&sentence.words, run));
                if let Some(candidate) = run.and_then(|run| self.get(&sentence.words[run])) {
                    candidate.emphasised += 1;
                }
            }
            for mark in text.code(sentence) {
                let run = words_in(&sentence.words, &mark);
                if let Some(candidate) = run.and_then(|run| self.get(&sentence.words[run])) {
                    candidate.code += 1;
                }
            }
        }
    }

    /// Counts single words in blocks of code.
    fn count_code(&mut self, text: &mut Text) {
        let Text { codes, lexicon, .. } = text;
        for code in codes {
            for word in lexicon.words(&code.text) {
                if let Some(candidate) = self.get(std::slice::from_ref(&word)) {
                    candidate.in_blocks += 1;
                }
            }
        }
    }

    /// Tells each phrase how often it is used within longer ones that come again.
    fn nest(&mut self) {
        for at in 0..self.list.len() {
            let Candidate { roots, count, .. } = &self.list[at];
            let (roots, count) = (roots.clone(), *count);
            if count < 2 || roots.len() < 2 {
                continue;
            }
            for start in 0..roots.len() {
                for end in start + 1..=roots.len() {
                    let part = &roots[start..end];
                    let place = self.by_roots.get(part).filter(|_| part.len() < roots.len());
                    if let Some(shorter) = place.and_then(|&place| self.list.get_mut(place)) {
                        shorter.nested += count;
                        shorter.longer += 1;
                    }
                }
            }
        }
    }
}

impl Candidate {
    fn write(&mut self, written: &str, inner: bool, singular: bool) {
        let weight = if inner { 10 } else { 1 };
        let room = self.forms.len() < FORMS_MAX;
        match self.forms.iter_mut().find(|form| form.written == written) {
            Some(form) => form.count += weight,
            None if room => self.forms.push(Form {
                written: written.to_owned(),
                count: weight,
                singular,
            }),
            None => {}
        }
    }

    /// Whether it stands as a name: a noun phrase, and none of a person or a day.
    pub(super) fn is_name(&self, text: &Text) -> bool {
        let Lexicon { language, .. } = &text.lexicon;
        let Some(form) = self.forms.first() else {
            return false;
        };
        let single = self.roots.len() == 1;
        let adverb = single && *language == Language::English && form.written.ends_with("ly");
        let enough = self.count >= 2 || self.defined >= 3 || self.emphasised > 0;
        let noun = match language {
            Language::Japanese | Language::Other => true,
            Language::German => self.as_noun > 0 || self.defined > 2 || self.emphasised > 0,
            _ => {
                // “Topological” stands before nouns only, “topology” where nouns stand.
                let noun = if single {
                    self.as_noun * NOUN_SHARE >= self.count
                } else {
                    self.as_noun > 0
                };
                noun || self.defined > 2 || self.code + self.emphasised > 0
            }
        };
        let proper = !matches!(
            language,
            Language::German | Language::Japanese | Language::Other
        ) && !single
            && self.inner > 0
            && self.capital * 5 > self.inner * 4
            && self.headings + self.defined + self.emphasised == 0;
        enough && noun && !adverb && !proper
    }
}
