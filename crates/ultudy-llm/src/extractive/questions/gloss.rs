//! What the text says a term is, in a form that can be asked for.

use std::ops::Range;

use super::definiens::{self, Form};
use super::genus::{Genus, Likeness};
use super::sound::DEFINES;
use super::{LENGTH_MAX, Maker};
use crate::extractive::language::Language;
use crate::extractive::mentions::Mention;
use crate::extractive::study::{Study, Support};
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// Characters of what says what a term is.
const LENGTH: Range<usize> = 12..240;

/// The sentence that says best what a term is.
#[derive(Debug, Clone)]
pub(super) struct Gloss {
    /// The sentence.
    pub sentence: usize,
    /// The term's words in it.
    pub place: Range<usize>,
    /// Whether the term stands there at the head, in a condition, or does something.
    pub form: Form,
    /// The term with what hangs on it, in bytes of the sentence.
    pub subject: Range<usize>,
    /// Where it says what it is, in bytes of the sentence.
    pub definiens: Range<usize>,
    /// What it is, as Markdown without a full stop; none where that cannot be read alone.
    pub says: Option<String>,
    /// Letters in what it is that nobody knows who reads that alone.
    pub letters: Vec<String>,
    /// The kind of thing it is.
    pub genus: Option<Genus>,
    /// Whether the sentence speaks of several.
    pub plural: bool,
    /// Whether the term is a property rather than a thing.
    pub adjective: bool,
    /// Whether it speaks of one thing that only its section knows: “The simulator is a …”.
    pub specific: bool,
}

impl Gloss {
    /// How like the kinds of two terms are.
    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        match (&self.genus, &other.genus) {
            (Some(own), Some(other)) => own.likeness(other),
            _ => Likeness::Unknown,
        }
    }
}

/// The gloss of a term: the text's own rather than another section's, the clearest, of several
/// as clear the surest.
pub(super) fn of(study: &Study, index: usize) -> Option<Gloss> {
    let term = study.terms.get(index)?;
    let support = study.support(index).iter();
    let good = support.filter(|found| {
        let own = found.sentence < study.text.own;
        found.clean && study.complete[found.sentence] && (own || found.defines >= DEFINES)
    });
    let read = good.filter_map(|found| Some((found.defines, read(study, term, found)?)));
    let best = read.min_by_key(|(defines, gloss)| {
        let unclear = gloss.says.is_none();
        let foreign = !study.text.is_near(gloss.sentence);
        (
            foreign,
            // What only reads like a definition comes after one.
            *defines < DEFINES,
            unclear,
            gloss.form,
            gloss.sentence >= study.text.own,
            u8::MAX - defines,
            gloss.sentence,
        )
    });
    best.map(|(_, gloss)| gloss)
}

fn read(study: &Study, term: &Term, found: &Support) -> Option<Gloss> {
    let sentence = study.sentence(found.sentence);
    let long = sentence.plain.chars().count() > LENGTH_MAX;
    if long || Maker::is_vague_sentence(sentence) || sentence.is_about_the_book() {
        return None;
    }
    let lexicon = &study.text.lexicon;
    let subject_counts = |reading: &definiens::Reading| {
        let subject = sentence.plain.get(reading.subject.clone());
        subject.is_some_and(has_number)
    };
    found.places.iter().find_map(|place| {
        let reading = definiens::read(sentence, place, lexicon)?;
        if (reading.form == Form::Does && found.defines < DEFINES) || subject_counts(&reading) {
            return None;
        }
        let words = words_within(&sentence.words, &reading.definiens);
        let says = says(study, found.sentence, &reading.definiens);
        let letters = letters(words, study, &sentence.plain);
        let alone = letters.is_empty() || reading.form == Form::If;
        let circular = is_within(term, found.sentence, &reading.definiens, study);
        let hangs = lexicon.language == Language::English && hangs(study, sentence, words);
        let fits = reading.form != Form::Does && alone && !circular && !hangs;
        Some(Gloss {
            sentence: found.sentence,
            place: place.clone(),
            form: reading.form,
            letters,
            subject: reading.subject,
            definiens: reading.definiens,
            says: says.filter(|text| fits && LENGTH.contains(&text.chars().count())),
            genus: reading.genus,
            plural: reading.plural,
            adjective: reading.adjective,
            specific: lexicon.language == Language::English && is_specific(&sentence.plain, words),
        })
    })
}

/// “A photograph of a million pixels”: whether a subject is one of so many, of which others
/// are not.
fn has_number(subject: &str) -> bool {
    const NUMBERS: [&str; 16] = [
        "two", "three", "four", "five", "ten", "hundred", "thousand", "million", "billion", "zwei",
        "drei", "hundert", "tausend", "deux", "trois", "dos",
    ];
    let mut words = subject.split(' ');
    words.any(|word| NUMBERS.contains(&word) || word.parse::<u32>().is_ok())
}

/// Whether a definite subject is said to be some thing.
fn is_specific(plain: &str, definiens: &[Word]) -> bool {
    let some = definiens.first().map(|word| &plain[word.range.clone()]);
    plain.starts_with("The ") && matches!(some, Some("a" | "an"))
}

/// Whether what is said of a term ends in something that only its section knows: “the cdr of
/// *the list*”, but not “the end of *the training*”, which is told elsewhere.
fn hangs(study: &Study, sentence: &Sentence, definiens: &[Word]) -> bool {
    const KNOWN: [&str; 8] = [
        "world", "same", "whole", "past", "future", "rest", "others", "sun",
    ];
    let written = |word: &Word| &sentence.plain[word.range.clone()];
    let Some(article) = definiens.iter().rposition(|word| written(word) == "the") else {
        return false;
    };
    let phrase = definiens.get(article + 1..).unwrap_or_default();
    let [noun] = phrase else {
        return false;
    };
    let named = |word: &Word| word.root == noun.root && word.range.start < noun.range.start;
    let defined = |term: &Term| {
        let mut definitions = term.definitions.iter();
        term.key == [noun.stem] && definitions.any(|&(_, strength)| strength >= DEFINES)
    };
    !KNOWN.contains(&written(noun))
        && !sentence.words.iter().any(named)
        && !study.terms.iter().any(defined)
}

/// A range of a sentence as Markdown.
fn says(study: &Study, sentence: usize, range: &Range<usize>) -> Option<String> {
    let before = match range.start {
        0 => String::new(),
        start => study.text.cut_at(sentence, start)?.0,
    };
    let (head, _) = study.text.cut_at(sentence, range.end)?;
    let text = head.strip_prefix(&before)?.trim();
    // “… a collection of sets that are called open” tells of the collection.
    let open = [
        " that", " which", " who", " whose", ", die", ", das", ", der",
    ];
    if open.iter().any(|end| text.ends_with(end)) {
        return None;
    }
    Some(text.trim_end_matches(['.', '。', ',', ' ']).to_owned())
}

pub(super) fn words_within<'a>(words: &'a [Word], range: &Range<usize>) -> &'a [Word] {
    let from = words.partition_point(|word| word.range.start < range.start);
    let to = words.partition_point(|word| word.range.end <= range.end);
    words.get(from..to.max(from)).unwrap_or_default()
}

/// The letters among words that stand for something and come without the noun for it.
fn letters(words: &[Word], study: &Study, plain: &str) -> Vec<String> {
    let mut known: Vec<&str> = Vec::new();
    let mut free = Vec::new();
    let mut before: Option<&Word> = None;
    for word in words {
        let written = &plain[word.range.clone()];
        if is_letter(word, plain) && !known.contains(&written) {
            let introduced = before.is_some_and(|before| {
                let noun = matches!(before.role, Role::Content | Role::Weak);
                noun || study.text.lexicon.grammar.is_determiner(before)
            });
            if !introduced {
                free.push(written.to_owned());
            }
            known.push(written);
        }
        before = Some(word);
    }
    free
}

pub(super) fn is_letter(word: &Word, plain: &str) -> bool {
    let written = &plain[word.range.clone()];
    word.role == Role::Symbol && written.chars().any(char::is_alphabetic)
}

fn is_within(term: &Term, sentence: usize, range: &Range<usize>, study: &Study) -> bool {
    let words = &study.sentence(sentence).words;
    term.mentions.iter().any(
        |Mention {
             sentence: at,
             words: place,
         }| {
            let first = words.get(place.start);
            *at == sentence && first.is_some_and(|word| range.contains(&word.range.start))
        },
    )
}
