//! Which sentences define which terms.

use std::ops::Range;

use super::cues::{self, Shape};
use super::labels::{self, Kind};
use super::language::Language;
use super::lexicon::Lexicon;
use super::nouns;
use super::telling;
use super::text::{Sentence, Text, words_in};
use super::unspaced;
use super::word::{Role, Word, WordId};

/// A term where a sentence defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Defined {
    /// The sentence.
    pub sentence: usize,
    /// The term's words in it.
    pub words: Range<usize>,
    /// How surely: 5 says so, 2 may.
    pub strength: u8,
}

/// Words that carry meaning behind the name of an entry.
const LEAD_MIN: usize = 3;
/// Strength up to which a cue alone does not define.
const WEAK: u8 = 2;

/// A cue as words to compare.
struct Cue {
    shape: Shape,
    strength: u8,
    /// Whether it ends in “are”.
    plural: bool,
    first: Vec<WordId>,
    second: Vec<WordId>,
}

/// All definitions of a text, in order.
pub(super) fn find(text: &mut Text) -> Vec<Defined> {
    let cues = compile(&mut text.lexicon);
    let mut found = Vec::new();
    for (index, sentence) in text.own().iter().enumerate() {
        if sentence.plain.ends_with('?') {
            continue;
        }
        let mut terms = by_cues(text, sentence, &cues);
        terms.extend(unspaced::definitions(sentence));
        terms.extend(by_label(text, sentence));
        terms.extend(by_lead(text, sentence));
        for (words, strength) in terms {
            found.push(Defined {
                sentence: index,
                words,
                strength,
            });
        }
    }
    found.extend(text.defined.iter().cloned());
    found
}

fn compile(lexicon: &mut Lexicon) -> Vec<Cue> {
    let mut compiled = Vec::new();
    for cues in cues::definitions(lexicon.language) {
        for turn in cues.turns.split(';') {
            let (first, second) = turn.split_once('|').unwrap_or((turn, ""));
            let mut ids = |half: &str| half.split(' ').map(|word| lexicon.id(word)).collect();
            compiled.push(Cue {
                shape: cues.shape,
                strength: cues.strength,
                plural: turn.ends_with(" are"),
                first: ids(first),
                second: if second.is_empty() {
                    Vec::new()
                } else {
                    ids(second)
                },
            });
        }
    }
    compiled
}

/// A term's words and how surely they are defined.
pub(super) type Found = (Range<usize>, u8);

fn by_cues(text: &Text, sentence: &Sentence, cues: &[Cue]) -> Vec<Found> {
    let words = &sentence.words;
    let marks: Vec<_> = text
        .emphasised(sentence)
        .chain(text.code(sentence))
        .filter_map(|mark| words_in(words, &mark))
        .collect();
    let mut found: Vec<Found> = Vec::new();
    for place in 0..words.len() {
        for cue in cues
            .iter()
            .filter(|cue| stands_at(words, place, &cue.first))
        {
            let Some(run) = term_of(cue, words, place, &text.lexicon) else {
                continue;
            };
            let term = emphasised_in(&run, &marks).unwrap_or(run);
            let known = found.iter().any(|(known, _)| *known == term);
            let strength = strength(text, sentence, cue, &term, place);
            if strength > 0 && !known && !is_adverb(sentence, &term) {
                found.push((term, strength));
            }
        }
    }
    found
}

/// How surely a cue at a place defines a term; 0 if it does not.
fn strength(text: &Text, sentence: &Sentence, cue: &Cue, term: &Range<usize>, place: usize) -> u8 {
    if cue.shape == Shape::Aside && !telling::is_told_aside(sentence, place, term, &text.lexicon) {
        return WEAK;
    }
    let subject = matches!(cue.shape, Shape::Before | Shape::Apposition);
    let after = place + cue.first.len();
    if !subject {
        return cue.strength;
    }
    let weak = cue.strength <= WEAK;
    let says = cue.strength > 4 || telling::says_what(sentence, after, &text.lexicon);
    if weak && !(says && is_noun_at(sentence, after, &text.lexicon)) {
        return 0;
    }
    let words = sentence.words.get(term.clone()).unwrap_or_default();
    let general = words.iter().all(|word| text.lexicon.is_general(word.root));
    // “The key point of a plan is the” defines no “key point”, “the slope of a line” does.
    let tailed = cue.shape == Shape::Before && has_tail(&sentence.words, term, place);
    let clause = tailed && has_clause(sentence, term, place);
    let plural = cue.plural && !is_plural_at(sentence, after, &text.lexicon);
    if !says || clause || plural || (tailed && general) {
        0
    } else {
        cue.strength.max(WEAK + 1)
    }
}

/// Whether more than letters stands between a term and its verb.
fn has_tail(words: &[Word], term: &Range<usize>, verb: usize) -> bool {
    let between = words.get(term.end..verb).unwrap_or_default();
    between.iter().any(|word| word.role != Role::Symbol)
}

/// “Saying that x is a”: what stands before the verb is a clause of its own.
fn has_clause(sentence: &Sentence, term: &Range<usize>, verb: usize) -> bool {
    let between = sentence.words.get(term.end..verb).unwrap_or_default();
    between.iter().any(|word| {
        let written = sentence.plain.get(word.range.clone()).unwrap_or_default();
        matches!(
            written,
            "that" | "which" | "who" | "whether" | "dass" | "que" | "qui" | "how"
        )
    })
}

/// The emphasised part of a noun phrase: in “a Lisp *interpreter*” the term.
fn emphasised_in(run: &Range<usize>, marks: &[Range<usize>]) -> Option<Range<usize>> {
    let mut inside = marks
        .iter()
        .filter(|mark| run.start <= mark.start && mark.end <= run.end);
    match (inside.next(), inside.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

fn stands_at(words: &[Word], place: usize, cue: &[WordId]) -> bool {
    words
        .get(place..place + cue.len())
        .is_some_and(|here| here.iter().zip(cue).all(|(word, &form)| word.form == form))
}

fn term_of(cue: &Cue, words: &[Word], place: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let after = place + cue.first.len();
    match cue.shape {
        Shape::After | Shape::Aside => Some(nouns::named(
            nouns::run_after(words, after, lexicon)?,
            words,
            lexicon,
        )),
        Shape::Before => nouns::subject_before(words, place, lexicon),
        Shape::Apposition => nouns::run_before(words, place, lexicon),
        Shape::Last => nouns::last_run(words, after, lexicon),
        Shape::Between => {
            let run = nouns::run_after(words, after, lexicon)?;
            let closed = |at: &usize| stands_at(words, *at, &cue.second);
            let end = (run.start + 1..=run.end).find(closed)?;
            Some(nouns::named(run.start..end, words, lexicon))
        }
        Shape::Said => {
            let closed = |at: &usize| stands_at(words, *at, &cue.second);
            let end = (after..words.len()).find(closed)?;
            let verb = (after..end).rfind(|&at| lexicon.grammar.is_verb(&words[at]))?;
            let run = nouns::run_after(words, verb + 1, lexicon)?;
            (run.end <= end).then(|| nouns::named(run, words, lexicon))
        }
    }
}

/// Whether a noun may stand at a place: “are cells that”, not “are divided into”.
fn is_noun_at(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let word = sentence.words.get(at).filter(|word| word.joined);
    word.is_some_and(|word| {
        let noun = word.role != Role::Stop && is_plural_at(sentence, at, lexicon);
        noun || lexicon.grammar.is_determiner(word)
    })
}

/// Whether the phrase at a place ends as an English plural does: “are cells that”, not “are
/// divided into”, “are flexible enough”. Other languages have an article there.
fn is_plural_at(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let words = sentence.words.get(at..).unwrap_or_default();
    let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    let phrase = words.iter().take_while(means).enumerate();
    let joined = phrase.take_while(|(at, word)| *at == 0 || word.joined);
    let written = |word: &Word| sentence.plain.get(word.range.clone()).unwrap_or_default();
    lexicon.language != Language::English
        || joined.last().is_some_and(|(_, word)| {
            let last = written(word);
            last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("ous")
        })
}

/// “is called recursively” defines nothing.
fn is_adverb(sentence: &Sentence, term: &Range<usize>) -> bool {
    term.len() == 1
        && sentence
            .words
            .get(term.start)
            .is_some_and(|word| sentence.plain[word.range.clone()].ends_with("ly"))
}

/// “Definition 3: A *group* is …”: what a definition emphasises, it defines.
fn by_label(text: &Text, sentence: &Sentence) -> Vec<Found> {
    if sentence.kind != Some(Kind::Definition) {
        return Vec::new();
    }
    let marked = text.emphasised(sentence);
    let titled = title(text, sentence).and_then(|title| place_of(sentence, title));
    let terms = marked.chain(titled);
    terms
        .filter_map(|mark| words_in(&sentence.words, &mark))
        .filter(|run| sentence.words.get(run.clone()).is_some_and(nouns::is_term))
        .map(|run| (run, 5))
        .collect()
}

/// “**Group**: a set with …”: what opens an entry of a list of terms.
fn by_lead(text: &Text, sentence: &Sentence) -> Option<Found> {
    let mark = text
        .emphasised(sentence)
        .next()
        .filter(|mark| mark.start == 0)?;
    let run = words_in(&sentence.words, &mark)?;
    let rest = sentence.plain.get(mark.end..)?.trim_start();
    let colon = sentence.plain.get(mark.clone())?.trim_end().ends_with(':');
    let led = colon || rest.starts_with([':', '–', '—', '：']);
    let words = sentence.words.get(run.clone())?;
    let told = telling::meaning(sentence.words.get(run.end..)?) >= LEAD_MIN;
    (led && told && nouns::is_term(words)).then_some((run, 4))
}

/// The title that the label of a sentence's paragraph or heading carries.
fn title<'a>(text: &'a Text, sentence: &Sentence) -> Option<&'a str> {
    let heading = sentence.heading.and_then(|at| text.headings.get(at));
    let passage = text.passages.get(sentence.paragraph);
    let labelled = [
        passage.map(|passage| &passage.plain),
        heading.map(|heading| &heading.plain),
    ];
    labelled.into_iter().flatten().find_map(|plain| {
        let title = labels::parse(plain)?.title?;
        plain.get(title)
    })
}

/// Where a title stands in a sentence, in whatever capitals.
fn place_of(sentence: &Sentence, title: &str) -> Option<Range<usize>> {
    let lower = sentence.plain.to_lowercase();
    // Lower case may have other lengths; then the place is not known.
    let at = lower.find(&title.to_lowercase())?;
    (lower.len() == sentence.plain.len()).then_some(at..at + title.len())
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn defined(markdown: &str) -> Vec<String> {
        let mut text = text(markdown);
        let found = find(&mut text);
        let written = |found: &Defined| {
            let sentence = &text.sentences[found.sentence];
            sentence
                .written(&found.words)
                .unwrap_or_default()
                .to_owned()
        };
        found.iter().map(written).collect()
    }

    #[test]
    fn english_definitions() {
        for (sentence, term) in [
            (
                "A function is called continuous at a point if its limit exists there.",
                "continuous",
            ),
            (
                "An outlier is an example that lies far from the rest of the data.",
                "outlier",
            ),
            (
                "The learning rate is the factor that decides how large a step is.",
                "learning rate",
            ),
            (
                "We call such a function with these properties a contraction mapping.",
                "contraction mapping",
            ),
            (
                "By recursion we mean that a procedure refers to itself again.",
                "recursion",
            ),
            (
                "Enzymes are proteins that speed up the reactions of a cell.",
                "Enzymes",
            ),
            (
                "It is a case of *stream processing*, which is a way of handling data.",
                "stream processing",
            ),
            (
                "A ring structure on a set is a pair of operations that fit together.",
                "ring structure",
            ),
            (
                "We say that a sequence is bounded if it has an upper and a lower bound.",
                "bounded",
            ),
            (
                "The slope of a line is the ratio of its rise to its run.",
                "slope",
            ),
            (
                "**Isotope:** a form of an element with another number of neutrons.",
                "Isotope",
            ),
            (
                "The book treats of isobars, i.e. lines that join places of equal pressure.",
                "isobars",
            ),
        ] {
            assert_eq!(defined(sentence), [term], "{sentence}");
        }
    }

    #[test]
    fn definitions_in_other_languages() {
        for (text, term) in [
            (
                "Ein Raum heißt kompakt, wenn jede Folge in ihm einen Häufungspunkt hat.",
                "kompakt",
            ),
            (
                "Unter einer Kugel versteht man die Menge der Punkte um die Mitte.",
                "Kugel",
            ),
            (
                "Die Menge dieser Vektoren wird Kern der Abbildung genannt.",
                "Kern",
            ),
            (
                "Ein Isotop ist eine Form eines Elements, die sich in der Masse unterscheidet.",
                "Isotop",
            ),
            (
                "Als Isobare bezeichnet man eine Linie zwischen Orten gleichen Drucks.",
                "Isobare",
            ),
            (
                "On dit qu'une suite est bornée si elle a un majorant et un minorant.",
                "bornée",
            ),
            (
                "Un isotope est une forme d'un élément dont le noyau a une autre masse.",
                "isotope",
            ),
            (
                "Se dice que una sucesión es acotada si tiene una cota superior e inferior.",
                "acotada",
            ),
            (
                "Un isótopo es una forma de un elemento que tiene otra masa.",
                "isótopo",
            ),
            (
                "On appelle noyau la partie de la cellule qui contient le matériel.",
                "noyau",
            ),
            (
                "Se llama núcleo a la parte de la célula que contiene el material.",
                "núcleo",
            ),
            (
                "状態空間とは問題の状態をすべて集めた集合である。",
                "状態空間",
            ),
            ("次の状態を作る操作を展開(expansion)と呼ぶ。", "展開"),
            (
                "情報なし探索(Blind Search)は問題の知識を使わないアルゴリズムである。",
                "情報なし探索",
            ),
        ] {
            assert_eq!(defined(text), [term], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_definition() {
        for sentence in [
            "This is a surprise to all the people who have read the book.",
            "The procedure is called with two arguments and a list of names.",
            "The cells are divided into two groups of the same size each.",
            "Is a metric space a set with a distance between its points?",
            "Patience is an important part of the work of a gardener.",
            "The key point of a plan is the time that it leaves for rest.",
        ] {
            assert_eq!(defined(sentence), Vec::<String>::new(), "{sentence}");
        }
    }
}
