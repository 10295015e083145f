//! The concepts of a document that it defines nowhere, each with a sentence about it: beside
//! one that is asked for, these are names that could be meant too.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::name;
use crate::extractive::alone;
use crate::extractive::book;
use crate::extractive::definitions::Defined;
use crate::extractive::labels::Kind;
use crate::extractive::language::Language;
use crate::extractive::mentions::{Index, Mention};
use crate::extractive::subjects;
use crate::extractive::telling;
use crate::extractive::text::{Sentence, Text};
use crate::extractive::word::{Role, WordId};

/// Concepts of a document looked at, the most important first.
const CONCEPTS_MAX: usize = 160;
/// Uses of a concept at least, and of one that is the subject of no sentence.
const USES_MIN: usize = 2;
const USES_MIN_ASIDE: usize = 4;
/// Sentences looked at that begin with a concept's name.
const SENTENCES_MAX: usize = 12;
/// Words that carry meaning beside the name.
const MEANING_MIN: usize = 3;
/// Characters of a sentence about a concept.
const LENGTH: std::ops::RangeInclusive<usize> = 30..=220;
/// Words before a name in a sentence that is about it.
const HEAD: usize = 5;
/// How surely a sentence defines that only speaks of its subject.
pub(in crate::extractive) const SPEAKS: u8 = 1;

/// The concepts whose keys are not `known`, where they are told of, in the order of these
/// sentences.
pub(super) fn find(
    text: &mut Text,
    known: &HashMap<Vec<WordId>, Defined>,
) -> Vec<(Vec<WordId>, Defined)> {
    let names = book::ranked_names(text, CONCEPTS_MAX);
    let keys: Vec<_> = names
        .iter()
        .map(|name| {
            let words = text.lexicon.words(name);
            words.iter().map(|word| word.stem).collect::<Vec<_>>()
        })
        .collect();
    let defining: HashSet<_> = known.values().map(|defined| defined.sentence).collect();
    let index = Index::new(text);
    let mut found: Vec<_> = names
        .iter()
        .zip(keys)
        .filter(|(_, key)| !known.contains_key(key))
        .filter_map(|(name, key)| {
            // What defines another concept says nothing of this one.
            let mut mentions = index.mentions(&key, text);
            mentions.retain(|mention| mention.sentence < text.own);
            if mentions.len() < USES_MIN {
                return None;
            }
            mentions.retain(|mention| !defining.contains(&mention.sentence));
            Some((told(text, name, &mentions)?, key))
        })
        .map(|(defined, key)| (key, defined))
        .collect();
    found.sort_by_key(|(_, defined)| (defined.sentence, defined.words.start));
    found
}

/// The best of the sentences that can be understood alone and are about a name.
fn told(text: &Text, name: &str, mentions: &[Mention]) -> Option<Defined> {
    let about = mentions.iter().filter(|mention| is_about(text, mention));
    let mut about: Vec<_> = about.collect();
    about.sort_by_key(|mention| {
        let sentence = &text.sentences[mention.sentence];
        let written = sentence.written(&mention.words).unwrap_or_default();
        let in_form = written == name || written.to_lowercase() == name.to_lowercase();
        let subject = subjects::is_subject(sentence, &mention.words, &text.lexicon);
        let says = telling::says_what(sentence, mention.words.end + 1, &text.lexicon);
        (!subject, !in_form, !says, mention.words.start)
    });
    let alone = |mention: &&&Mention| alone::is_complete(text, &text.sentences[mention.sentence]);
    let basic = |mention: &&&Mention| {
        let written = text.sentences[mention.sentence].written(&mention.words);
        written.is_some_and(|written| is_basic(written, text.lexicon.language))
    };
    let says = |mention: &&&Mention| {
        let sentence = &text.sentences[mention.sentence];
        telling::says_of(sentence, &mention.words, &text.lexicon)
    };
    let mut about = about.iter().filter(basic).filter(says).take(SENTENCES_MAX);
    let mention = about.find(alone)?;
    let sentence = &text.sentences[mention.sentence];
    let subject = subjects::is_subject(sentence, &mention.words, &text.lexicon);
    if !subject && mentions.len() < USES_MIN_ASIDE {
        return None;
    }
    let defined = Defined {
        sentence: mention.sentence,
        words: mention.words.clone(),
        strength: SPEAKS,
    };
    name::is_name(text, &defined).then_some(defined)
}

/// Whether a noun phrase is no part of a longer one, and where its language shows it, no verb:
/// after an article or a preposition, or at the head.
fn stands_free(text: &Text, sentence: &Sentence, place: &Range<usize>) -> bool {
    let grammar = &text.lexicon.grammar;
    let word = |at: usize| sentence.words.get(at);
    if matches!(text.lexicon.language, Language::Japanese | Language::Other) {
        return !sentence.is_cut_out(place);
    }
    let before = place.start.checked_sub(1).and_then(word);
    let noun = before.is_none_or(|before| grammar.precedes_nouns(before))
        && !before.is_some_and(|before| grammar.precedes_verbs(before));
    let longer = word(place.end)
        .is_some_and(|next| next.joined && matches!(next.role, Role::Content | Role::Weak));
    let subject = subjects::is_subject(sentence, place, &text.lexicon);
    let general = word(place.start)
        .is_some_and(|word| place.len() == 1 && text.lexicon.is_general(word.root));
    subject || (noun && !longer && !general && !sentence.is_cut_out(place))
}

/// Whether a name can stand alone in its language: in German as a noun, with its adjectives as
/// behind no article, an indefinite one, or that of the nominative.
fn is_basic(name: &str, language: Language) -> bool {
    if language != Language::German {
        return true;
    }
    let mut words = name.rsplit(' ');
    let noun = words
        .next()
        .is_some_and(|noun| noun.starts_with(char::is_uppercase));
    let oblique = |word: &str| {
        let adjective = word.starts_with(char::is_lowercase);
        adjective && ["en", "em"].iter().any(|ending| word.ends_with(ending))
    };
    noun && !words.any(oblique)
}

/// Whether a sentence is about a noun phrase: opens with it, or has it as the subject of a
/// clause or in what opens the sentence: “If *the linkage* is …”, “With *streams*, …”.
fn is_matter(text: &Text, sentence: &Sentence, place: &Range<usize>) -> bool {
    let words = &sentence.words;
    let Some(last) = place.end.checked_sub(1).and_then(|at| words.get(at)) else {
        return false;
    };
    if matches!(text.lexicon.language, Language::Japanese | Language::Other) {
        return place.start == 0;
    }
    let opens = match place.start {
        0 => true,
        1 => words
            .first()
            .is_some_and(|word| text.lexicon.grammar.is_determiner(word)),
        _ => false,
    };
    let rest = sentence.plain.get(last.range.end..).unwrap_or_default();
    // “The algorithm for a *tree* is simple” is about the algorithm.
    let first = words.iter().take(place.start);
    let first = first.into_iter().all(|word| word.role == Role::Stop);
    let verb = subjects::goes_on_with_verb(sentence, place.end, &text.lexicon);
    opens || (first && (verb || rest.starts_with(',')))
}

/// Whether a mention stands at the head of a sentence that says enough, and no task or proof.
fn is_about(text: &Text, mention: &Mention) -> bool {
    let sentence = &text.sentences[mention.sentence];
    let plain = !matches!(
        sentence.kind,
        Some(Kind::Proof | Kind::Example | Kind::Exercise | Kind::Caption)
    );
    let outside = sentence.meaning_outside(std::slice::from_ref(&mention.words));
    let ended = sentence.plain.ends_with(['.', '。'])
        && !sentence.plain.starts_with(['“', '„', '"', '«', '‘']);
    plain
        && ended
        && outside >= MEANING_MIN
        && stands_free(text, sentence, &mention.words)
        && is_matter(text, sentence, &mention.words)
        && LENGTH.contains(&sentence.plain.chars().count())
        && mention.words.start <= HEAD
        && !sentence.is_about_the_book()
}
