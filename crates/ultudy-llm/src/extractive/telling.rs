//! Whether what follows “is a” says what something is: of which kind, and which of it.

use std::ops::Range;

use super::language::Language;
use super::lexicon::Lexicon;
use super::questions::definiens;
use super::subjects;
use super::text::Sentence;
use super::word::{Role, Word};

/// Verbs of what a thing has or may be, which tell nothing of what it is.
const STATES: [&str; 12] = [
    "has", "have", "had", "can", "must", "may", "will", "hat", "haben", "kann", "wird", "werden",
];
/// Words that carry meaning in what is said of a term, at least.
const MEANING_MIN: usize = 2;
/// Words within which it is told which of its kind.
const TOLD_WITHIN: usize = 8;
/// Words that carry meaning from which on it is told anyhow.
const MEANING_MANY: usize = 6;

/// Whether the words from `from` on say what something is: “a set with a distance”, not “a
/// good example of”, “an important part of the whole”.
pub(super) fn says_what(sentence: &Sentence, from: usize, lexicon: &Lexicon) -> bool {
    let words = sentence.words.get(from..).unwrap_or_default();
    let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    let written = |word: &Word| sentence.plain.get(word.range.clone()).unwrap_or_default();
    let Some(first) = words.iter().find(means) else {
        return false;
    };
    let opens = words.iter().take_while(|word| !means(word)).count();
    // “is the same as”, “is not a”, “is one of the”: nothing of its own yet.
    let plain = words.iter().take(opens).all(|word| {
        let form = written(word);
        let compared = matches!(form, "most" | "more" | "no" | "many" | "several" | "few");
        let article = lexicon.grammar.is_determiner(word) || word.role == Role::Symbol;
        !compared && (article || is_counted(form))
    });
    let of = words
        .get(opens + 1)
        .map(|next| written(next).to_lowercase());
    let one_of = matches!(
        of.as_deref(),
        Some("of" | "von" | "für" | "de" | "d" | "del" | "des")
    );
    // “one of the trickiest aspects of”
    let counted = words.iter().take(opens).any(|word| written(word) == "one");
    let vague = is_vague(written(first), lexicon.language)
        || (counted && written(first).ends_with("est"))
        || (one_of && is_one_of(&written(first).to_lowercase()));
    let meaning = meaning(words);
    let told = words
        .iter()
        .take(TOLD_WITHIN)
        .skip(1)
        .any(|word| lexicon.grammar.extends_nouns(word));
    let formulas = words.iter().filter(|word| word.role == Role::Symbol);
    plain
        && !vague
        && meaning >= MEANING_MIN
        && (told || meaning + formulas.count() >= MEANING_MANY)
}

/// Whether a sentence says of the words at a place what they are or do: “the compiler
/// translates a program”; not what is done to them or holds of them: “the symbols are shared”.
pub(super) fn says_of(sentence: &Sentence, place: &Range<usize>, lexicon: &Lexicon) -> bool {
    if lexicon.language == Language::Japanese {
        const SAYS: [&str; 5] = ["である。", "です。", "する。", "行う。", "という。"];
        let is = ["である。", "です。"]
            .iter()
            .any(|end| sentence.plain.ends_with(end));
        return place.start == 0
            && subjects::is_subject(sentence, place, lexicon)
            && SAYS.iter().any(|end| sentence.plain.ends_with(end))
            && (!is || definiens::is_definition(sentence, place, lexicon));
    }
    let first = sentence.plain.split(' ').next().unwrap_or_default();
    let law = is_every(&first.to_lowercase()) || first == "Any";
    if law || !subjects::is_subject(sentence, place, lexicon) {
        return false;
    }
    let verb = sentence.words.get(place.end);
    let written = |word: &Word| sentence.plain.get(word.range.clone()).unwrap_or_default();
    if verb.is_some_and(|verb| STATES.contains(&written(verb))) {
        return false;
    }
    let is = verb.is_some_and(|verb| lexicon.grammar.is_verb(verb));
    let next = sentence.words.get(place.end + 1);
    let article = next.is_some_and(|next| lexicon.grammar.is_determiner(next));
    !is || (article && says_what(sentence, place.end + 1, lexicon))
}

/// Words that carry meaning before “called” where the sentence has said what is so called.
const SAID_BEFORE: usize = 4;

/// Whether a name given in passing at `cue` is explained there: “a language called X that
/// supports …”, “isolating … is a technique called X”, “…, a property known as X”.
pub(super) fn is_told_aside(
    sentence: &Sentence,
    cue: usize,
    term: &Range<usize>,
    lexicon: &Lexicon,
) -> bool {
    let words = &sentence.words;
    let goes_on = words.get(term.end..).is_some_and(|rest| {
        let mut near = rest.iter().take(2);
        near.any(|word| lexicon.grammar.is_relative(word)) && meaning(rest) >= SAID_BEFORE
    });
    let before = words.get(..cue).unwrap_or_default();
    let verb = before
        .iter()
        .rposition(|word| !word.joined || lexicon.grammar.is_verb(word));
    let said = verb.is_some_and(|verb| {
        let article = words.get(verb..cue).unwrap_or_default().iter().take(2);
        let mut article = article;
        let indefinite = article.any(|word| is_indefinite(sentence, word));
        indefinite && meaning(&before[..verb]) >= SAID_BEFORE
    });
    goes_on || said
}

fn is_indefinite(sentence: &Sentence, word: &Word) -> bool {
    let written = sentence.plain.get(word.range.clone()).unwrap_or_default();
    matches!(written, "a" | "an" | "ein" | "eine" | "un" | "une" | "una")
}

/// Words that carry meaning.
pub(super) fn meaning(words: &[Word]) -> usize {
    let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    words.iter().filter(means).count()
}

/// Whether a word, lower case, says that something holds for all of a kind.
pub(super) fn is_every(word: &str) -> bool {
    const EVERY: [&str; 14] = [
        "every", "all", "jede", "jeder", "jedes", "alle", "chaque", "tout", "toute", "tous",
        "toutes", "cada", "todo", "toda",
    ];
    EVERY.contains(&word)
}

/// “is one of the two numbers that”.
fn is_counted(word: &str) -> bool {
    const COUNTED: [&str; 14] = [
        "one", "two", "of", "der", "eine", "einer", "un", "une", "l", "uno", "una", "only", "way",
        "ways",
    ];
    COUNTED.contains(&word.to_lowercase().as_str())
}

/// “is an example of”: what it is stands elsewhere.
fn is_one_of(word: &str) -> bool {
    const ONE: [&str; 13] = [
        "example",
        "examples",
        "instance",
        "case",
        "sign",
        "beispiel",
        "fall",
        "spezialfall",
        "exemple",
        "cas",
        "ejemplo",
        "caso",
        "matter",
    ];
    ONE.contains(&word)
}

/// Words that judge or place instead of saying what something is.
pub(super) fn is_vague(word: &str, language: Language) -> bool {
    let vague = match language {
        Language::English => {
            "reason matter problem question result consequence idea thing \
             lot bit mistake challenge good better best useful important powerful interesting \
             natural simple simpler simplest common major crucial critical essential difficult \
             hard easy great nice typical obvious key main same subject topic fact little \
             first second third last next other variant version prominent another popular \
             significant fundamental convenient elegant active surprise aspect essence success \
             failure task goal sign bad big \
             huge special standard famous classic classical prime central basic following"
        }
        Language::German => {
            "grund problem frage ergebnis idee ding gut guter gute gutes besser \
             beste nützlich wichtig wichtiger wichtige wichtiges einfach einfacher einfache \
             einfaches häufiger häufige schwierig gleich gleiche selbe spezialfall thema aufgabe \
             ziel sache tatsache erste zweite letzte nächste andere anderer anderes weiterer \
             weitere weiteres bekannter bekannte bekanntes typisches typische zentrale zentraler"
        }
        Language::French => {
            "raison problème question résultat conséquence idée chose bon bonne \
             meilleur meilleure utile important importante simple plus difficile même sujet fait \
             premier première second dernier autre grand grande grave but objectif signe"
        }
        Language::Spanish => {
            "razón problema pregunta resultado consecuencia idea cosa buen buena \
             mejor útil importante simple más difícil mismo misma tema hecho primer primera \
             segundo último otro otra gran objetivo señal signo"
        }
        Language::Japanese | Language::Other => "",
    };
    let lower = word.to_lowercase();
    vague.split_whitespace().any(|vague| vague == lower)
}
