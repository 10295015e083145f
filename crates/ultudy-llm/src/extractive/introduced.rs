//! Whether a sentence introduces the letters it speaks of: “a map f : X → Y”, not “between
//! γ1 and γ2”.

use std::collections::HashSet;
use std::ops::Range;

use super::alone;
use super::grammar::Grammar;
use super::language::Language;
use super::text::{Sentence, Text, words_in};
use super::word::{Role, Word};
use ultudy_domain::formula;

/// What may stand between a letter that is introduced and one that is so along with it:
/// “f : X → Y”, “(X, d)”, “A and B”.
const ALONG: &str = " ,:→×↦()[]{}|;/$+−-·*∘◦⊓⊔∪∩∧∨=≠≤≥<>‖";
/// Words that may, too.
const AND: [&str; 6] = ["and", "und", "et", "y", "or", "oder"];
/// Words, besides articles, after which a letter is new: “let X be”, “für alle x”.
const NEW: &str = "let for all every each any some there are exists exist where which with \
    sei seien für alle alles ein jedes jedem jeden jeder zu wobei mit es gibt \
    soit soient pour tout toute tous où avec chaque sea sean para todo toda cada donde con \
    neither nor either both say by write writing called denoted namely numbers";
/// Bytes of a letter's index: “_n”.
const INDEX_MAX: usize = 3;
/// Letters whose meaning everybody knows.
const KNOWN: &str = "ℝℕℤℚℂπ∞ℙ∅";

/// Whether each letter is introduced somewhere in the sentence.
pub(super) fn has_its_letters(text: &Text, sentence: &Sentence) -> bool {
    let grammar = &text.lexicon.grammar;
    let premise = premise_end(text, sentence);
    let bare = premise == 0 && !sentence.words.is_empty() && is_letter(sentence, 0);
    if bare || opens_with_letter_known(sentence, grammar) {
        return false;
    }
    let letters: Vec<_> = (0..sentence.words.len())
        .filter(|&at| is_letter(sentence, at))
        .collect();
    let formulas: Vec<_> = text
        .formulas(sentence)
        .filter_map(|formula| words_in(&sentence.words, &formula))
        .collect();
    // What introduces a formula introduces each of its letters.
    let unit = |at: usize| {
        let formula = formulas.iter().find(|formula| formula.contains(&at));
        formula.map_or(at, |formula| formula.start)
    };
    let mut known: HashSet<String> = HashSet::new();
    loop {
        let before = known.len();
        for &at in &letters {
            let word = &sentence.words[at];
            let given = word.range.end <= premise;
            if given || is_introduced(sentence, unit(at), grammar, &known) {
                known.insert(letter_of(sentence, word));
            }
        }
        if known.len() == before {
            break;
        }
    }
    letters
        .iter()
        .all(|&at| known.contains(&letter_of(sentence, &sentence.words[at])))
}

/// Where what “let” introduces ends: at the first full stop or main clause.
fn premise_end(text: &Text, sentence: &Sentence) -> usize {
    let plain = &sentence.plain;
    if alone::is_premise(plain, text.lexicon.language).is_none() {
        return 0;
    }
    let ends = [". ", "; ", ", so ", ", dann ", ", then "];
    let end = ends.iter().filter_map(|end| plain.find(end)).min();
    end.unwrap_or(plain.len())
}

/// “Die Abbildung H heißt”: the letter and what it stands for were introduced before.
fn opens_with_letter_known(sentence: &Sentence, grammar: &Grammar) -> bool {
    let mut words = sentence.words.iter().enumerate();
    let Some((_, first)) = words.next() else {
        return false;
    };
    let article = written(sentence, first).to_lowercase();
    let definite = ["the", "der", "die", "das", "le", "la", "el"].contains(&article.as_str());
    let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
    let letter = words.find(|(_, word)| !means(word)).map(|(at, _)| at);
    letter.is_some_and(|at| {
        let next = sentence.words.get(at + 1);
        definite
            && at > 1
            && is_letter(sentence, at)
            && next.is_some_and(|next| next.joined && grammar.is_verb(next))
    })
}

/// Words at the head of a sentence that does not say which one it is about.
const VAGUE: [&str; 9] = [
    "another", "one", "some", "our", "its", "their", "many", "most", "no",
];
/// Words that open what stands before a sentence's subject and a comma.
const INTRODUCING: [&str; 12] = [
    "in", "for", "with", "using", "as", "to", "by", "like", "on", "at", "under", "from",
];
/// Words before a subject that leave it the clause's first noun.
const BEFORE_SUBJECT: [&str; 8] = [
    "if", "when", "while", "since", "because", "once", "after", "before",
];

/// “The system responds to a query”: a sentence about something that was introduced
/// before it, not about what stands at `place`.
pub(super) fn has_unknown_subject(text: &Text, sentence: &Sentence, place: &Range<usize>) -> bool {
    // Elsewhere the article stands before what is meant in general, too.
    if text.lexicon.language != Language::English {
        return false;
    }
    let is = |at: usize, list: &[&str]| {
        let word = sentence.words.get(at).map(|word| written(sentence, word));
        word.is_some_and(|word| list.contains(&word.to_lowercase().as_str()))
    };
    // “Another approach is called X” does not tell which.
    if is(0, &VAGUE) {
        return true;
    }
    let introduced = is(0, &INTRODUCING).then(|| {
        let comma = sentence.words.iter().skip(1).position(|word| !word.joined);
        comma.map_or(0, |at| at + 1)
    });
    let start = introduced.unwrap_or(usize::from(is(0, &BEFORE_SUBJECT)));
    is(start, &["the"]) && is_untold(text, sentence, start + 1, place)
}

/// Whether what stands after “the” is told neither by its complement nor otherwise: “the
/// system responds”, “the remainder of the division is”.
fn is_untold(text: &Text, sentence: &Sentence, start: usize, place: &Range<usize>) -> bool {
    let noun = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    let rest = sentence.words.get(start..).unwrap_or_default();
    let joined = |(at, word): &(usize, &Word)| *at == 0 || word.joined;
    let run = rest.iter().take_while(noun).enumerate();
    let end = start + run.take_while(joined).count();
    let named = place.start < end && start < place.end;
    let code = text
        .code(sentence)
        .filter_map(|code| words_in(&sentence.words, &code))
        .any(|code| code.start < end && start < code.end);
    let capital = rest.iter().take(end - start).any(|word| word.capital);
    let word_at = |at: usize| {
        let word = sentence.words.get(at).filter(|word| word.joined);
        word.map(|word| written(sentence, word))
    };
    match (word_at(end), word_at(end + 1)) {
        (Some("of" | "in"), Some("the")) => is_untold(text, sentence, end + 2, place),
        _ if named || code || capital => false,
        (Some(next), _) => !is_of(next),
        (None, _) => false,
    }
}

/// Words that tell at once which one is meant.
fn is_of(word: &str) -> bool {
    [
        "of", "that", "which", "whose", "in", "for", "between", "who", "where",
    ]
    .contains(&word)
}

fn written<'a>(sentence: &'a Sentence, word: &Word) -> &'a str {
    sentence.plain.get(word.range.clone()).unwrap_or_default()
}

/// Whether a word is a letter, with an index perhaps, that stands for something.
fn is_letter(sentence: &Sentence, at: usize) -> bool {
    let word = &sentence.words[at];
    let text = written(sentence, word);
    if sentence.plain[..word.range.start].ends_with('\\') {
        // “\gamma”, in a formula.
        let sign = formula::plain(&format!("\\{text}"));
        let mut shown = sign.chars();
        let letter = shown.next().is_some_and(char::is_alphabetic) && shown.next().is_none();
        return letter && !KNOWN.contains(&sign);
    }
    let mut characters = text.chars();
    let letter = characters
        .next()
        .is_some_and(|c| c.is_alphabetic() && !KNOWN.contains(c));
    let rest = characters.as_str();
    let index = rest
        .chars()
        .all(|c| c.is_ascii_digit() || "₀₁₂₃₄₅₆₇₈₉′'".contains(c))
        || (rest.starts_with('_') && rest.len() <= INDEX_MAX);
    let around =
        |c: Option<char>| c.is_some_and(|c| matches!(c, '-' | '‐' | '‑' | '*' | '.' | '_'));
    let before = sentence.plain[..word.range.start].chars().next_back();
    let mut after = sentence.plain[word.range.end..].chars();
    let (next, further) = (after.next(), after.next());
    // “A*”, “X-ray”, “F.sets”: parts of a name.
    let name = around(before)
        || (around(next) && (next != Some('.') || further.is_some_and(char::is_alphanumeric)));
    (word.role == Role::Symbol || !rest.is_empty()) && letter && index && !name
}

/// Whether a letter is introduced where it stands, or along with one that is known.
fn is_introduced(
    sentence: &Sentence,
    at: usize,
    grammar: &Grammar,
    known: &HashSet<String>,
) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let word = &sentence.words[before];
    let gap = sentence
        .plain
        .get(word.range.end..sentence.words[at].range.start)
        .unwrap_or_default()
        .trim_end_matches('\\');
    let text = written(sentence, word);
    if !gap.chars().all(|c| ALONG.contains(c)) {
        return false;
    }
    let lower = text.to_lowercase();
    let noun = matches!(word.role, Role::Content | Role::Weak);
    let new = NEW.split_whitespace().any(|new| new == lower);
    if is_letter(sentence, before) {
        !gap.trim().is_empty() && known.contains(&letter_of(sentence, word))
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // “(R, 0, x)”
        !gap.trim().is_empty() && is_introduced(sentence, before, grammar, known)
    } else if AND.contains(&lower.as_str()) {
        let other = before.checked_sub(1).filter(|&at| is_letter(sentence, at));
        other.is_some_and(|at| known.contains(&letter_of(sentence, &sentence.words[at])))
    } else {
        // “𝔗Y : f”: no noun, and no place for a name of one.
        let named = noun && text.chars().count() > 2;
        let beside = matches!(gap.trim(), "" | "(" | "$" | "[" | "($");
        beside && (named || new || grammar.is_determiner(word))
    }
}

/// A letter with its index in plain digits: x₁ is x1.
fn letter_of(sentence: &Sentence, word: &Word) -> String {
    let plain = |c: char| match c {
        '₀'..='₉' => char::from_digit(u32::from(c) - u32::from('₀'), 10).unwrap_or(c),
        other => other,
    };
    written(sentence, word).chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    #[test]
    fn letters_must_be_introduced() {
        for (markdown, known) in [
            (
                "A map f : X → Y between two sets is called onto if it leaves out no point.",
                true,
            ),
            (
                "Eine Menge A heißt offen, wenn um jeden Punkt x in A eine Kugel liegt.",
                true,
            ),
            (
                "Ein Paar (X, d) aus einer Menge X und einem Abstand d heißt Raum.",
                true,
            ),
            (
                "Die Abbildung H heißt Isotopie der beiden Kurven in der Ebene.",
                false,
            ),
            (
                "Eine Abbildung heißt Isotopie zwischen γ1 und γ2, wenn sie stetig ist.",
                false,
            ),
            (
                "The search of A* is a search that is led by an estimate of the cost.",
                true,
            ),
            (
                "The condition on H says that no two of the points fall together.",
                false,
            ),
            (
                "A map $f\\colon X \\to Y$ is called constant if it has one value only.",
                true,
            ),
            (
                "$\\gamma$ heißt geschlossen, wenn $\\gamma(1) = \\gamma(0)$ gilt und sonst nichts.",
                false,
            ),
            (
                "Ein Weg $\\gamma : [0, 1] \\to X$ in $X$ heißt geschlossen, wenn er sich schließt.",
                true,
            ),
            (
                "It is called a limit of the numbers that come close to $\\lim_n a_n$.",
                false,
            ),
            (
                "Un ensemble A est dit fini si le nombre de ses points est fini.",
                true,
            ),
        ] {
            let text = text(markdown);
            let sentence = &text.sentences[0];
            assert_eq!(has_its_letters(&text, sentence), known, "{markdown}");
        }
    }

    #[test]
    fn what_a_sentence_is_about_must_be_introduced() {
        for (markdown, term, known) in [
            (
                "The system responds to a query with a list of all its answers.",
                "query",
                false,
            ),
            (
                "The nucleus is the part of a cell that contains its genes.",
                "nucleus",
                true,
            ),
            (
                "The problem of sharing a resource is called mutual exclusion.",
                "exclusion",
                true,
            ),
            (
                "If the stored value is a constant, the match is a comparison.",
                "match",
                false,
            ),
            (
                "A query is answered by the system with a list of answers.",
                "query",
                true,
            ),
        ] {
            let text = text(markdown);
            let sentence = &text.sentences[0];
            let written = |word: &Word| written(sentence, word) == term;
            let at = sentence.words.iter().position(written);
            let at = at.expect("the term");
            let unknown = has_unknown_subject(&text, sentence, &(at..at + 1));
            assert_eq!(!unknown, known, "{markdown}");
        }
    }
}
