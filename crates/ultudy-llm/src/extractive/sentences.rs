//! Where sentences begin and end.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::language::{Language, is_cjk};
use super::passage::Passage;

/// Abbreviations whose full stop ends no sentence, lower case.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "cf", "vs", "eds", "al", "approx", "dr", "prof", "mr", "mrs", "ms", "st", "jr",
    "sr", "ca", "z.b", "d.h", "u.a", "o.b.d.a", "bzw", "bzgl", "vgl", "sog", "bspw", "evtl", "ggf",
    "insb", "mme", "mlle", "c.-à-d", "p.ej", "sra",
];

/// Abbreviations that stand before a number, lower case.
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "fig", "figs", "eq", "eqs", "sec", "sect", "ch", "chap", "vol", "p", "pp", "art",
    "cap", "tab", "abb", "kap", "nr", "s", "bd", "pág", "núm", "def", "thm", "prop", "cor", "lem",
    "ex", "abschn", "bsp", "bem", "déf", "théor",
];

/// Characters of what follows that are looked at.
const NEXT_LOOKED_AT: usize = 40;

/// The sentences of `passage.plain` from `from` on, without the white space between them
/// and without numbering at their head.
pub(super) fn split(passage: &Passage, from: usize, language: Language) -> Vec<Range<usize>> {
    let text = &passage.plain;
    let mut sentences = Vec::new();
    let mut start = from;
    for boundary in boundaries(&text[from..]).map(|at| at + from) {
        let Passage {
            emphasised,
            code,
            formulas,
            active,
            ..
        } = passage;
        let marks = [emphasised, code, formulas, active];
        let marked = marks.iter().any(|marks| marks.has_inside(boundary));
        if marked
            || is_within_name(text, boundary)
            || !ends_sentence(&text[start..boundary], &text[boundary..], language)
        {
            continue;
        }
        push_trimmed(text, start..boundary, &mut sentences);
        start = boundary;
    }
    push_trimmed(text, start..text.len(), &mut sentences);
    sentences
}

/// “(atTop : Filter N).NeBot”, “good-enough?(x)”: no white space, no end; but text that is
/// written without spaces has none.
fn is_within_name(text: &str, boundary: usize) -> bool {
    // A note's number, raised, belongs to the sentence before it: it is cut off there.
    let noted = text[boundary..].trim_start_matches(is_raised);
    if noted.len() < text.len() - boundary {
        return noted.is_empty();
    }
    let before = text[..boundary].chars().next_back();
    let after = text[boundary..].chars().next();
    before.is_some_and(|c| matches!(c, '.' | '!' | '?'))
        && after.is_some_and(|c| c.is_alphanumeric() && !is_cjk(c))
}

/// Whether a text ends in an abbreviation with its full stop.
pub(super) fn ends_abbreviated(text: &str) -> bool {
    let word = text
        .trim_end_matches('.')
        .rsplit([' ', '(', '\u{a0}'])
        .next();
    let lower = word.unwrap_or_default().to_lowercase();
    lower == "etc" || ABBREVIATIONS.contains(&lower.as_str())
}

/// Places a sentence may end at: Unicode's, and after a note's number (“so.3 Then”).
fn boundaries(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.split_sentence_bound_indices()
        .flat_map(|(start, piece)| {
            let inner = note_marks(piece).into_iter().map(move |at| start + at);
            inner.chain([start + piece.len()])
        })
        .filter(|&at| at < text.len())
}

/// Ends of `word.12 ` where a capital follows.
fn note_marks(piece: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, _) in piece.match_indices('.') {
        let before = &piece[..at];
        let word = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        let noted = before.ends_with(|c: char| !c.is_whitespace() && !c.is_ascii_digit());
        let rest = piece[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = piece.len() - at - 1 - rest.len();
        let mut after = rest.chars();
        let gap = after.next().filter(|c| c.is_whitespace());
        if noted
            && !BEFORE_NUMBERS.contains(&word.as_str())
            && (1..=3).contains(&digits)
            && gap.is_some()
            && after.next().is_some_and(char::is_uppercase)
        {
            ends.push(at + 1 + digits + gap.map_or(0, char::len_utf8));
        }
    }
    ends
}

fn ends_sentence(sentence: &str, rest: &str, language: Language) -> bool {
    let sentence = sentence.trim_end();
    let next = rest.trim_start();
    let variable = begins_with_variable(next);
    let opening = next
        .chars()
        .take(NEXT_LOOKED_AT)
        .find(|c| c.is_alphanumeric());
    if (opening.is_some_and(char::is_lowercase) && !variable) || is_open(sentence) {
        return false;
    }
    let Some(before) = sentence.strip_suffix('.') else {
        return !is_apart(sentence, language);
    };
    let word = before
        .rsplit([' ', '(', '\u{a0}'])
        .next()
        .unwrap_or_default();
    let lower = word.to_lowercase();
    let lower = lower.as_str();
    let number_next = next.starts_with(|c: char| c.is_ascii_digit() || c == '(');
    let abbreviated = ABBREVIATIONS.contains(&lower)
        || (BEFORE_NUMBERS.contains(&lower) && number_next)
        || is_spaced_abbreviation(before, word, next);
    !(abbreviated || is_initial(before, word, next, language) || is_ordinal(word, language))
}

/// “d. h.”, “z. B.”: two letters, each with its full stop; the first or the second.
fn is_spaced_abbreviation(before: &str, word: &str, next: &str) -> bool {
    let mut letters = word.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    let mut after = next.chars();
    let another = after.next().is_some_and(char::is_alphabetic) && after.next() == Some('.');
    let mut earlier = before[..before.len() - word.len()].trim_end().chars().rev();
    let first_of_two = letter.is_lowercase() && another;
    let second_of_two = earlier.next() == Some('.')
        && earlier.next().is_some_and(char::is_lowercase)
        && earlier.next().is_none_or(|c| !c.is_alphanumeric());
    first_of_two || second_of_two
}

/// “x ∈ X is called …”: a sentence that begins with what is lower case by nature.
pub(super) fn begins_with_variable(text: &str) -> bool {
    let mut characters = text.chars();
    let letter = characters.next().is_some_and(char::is_lowercase);
    let gap = characters.next() == Some(' ');
    let rest = characters.as_str();
    let verb = ["is ", "ist ", "est ", "es ", "heißt "];
    let sign = rest.starts_with(|c| "∈=≤≥<>:≠⊆⊂∼→".contains(c));
    letter && gap && (sign || verb.iter().any(|verb| rest.starts_with(verb)))
}

/// Whether a parenthesis is still open, unless the text has plainly gone wrong.
fn is_open(sentence: &str) -> bool {
    let count = |c: char| sentence.matches(c).count();
    sentence.len() < 400 && count('(') > count(')')
}

/// “f : X ! Y”: a mark apart from its word is a sign that lost its font; French alone sets
/// it so.
pub(super) fn is_apart(sentence: &str, language: Language) -> bool {
    language != Language::French && (sentence.ends_with(" !") || sentence.ends_with(" ?"))
}

/// “Donald E.” before “Knuth”, “d.” before “h.”.
fn is_initial(before: &str, word: &str, next: &str, language: Language) -> bool {
    let mut letters = word.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    let follower = next
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let grammar = language.words().stop;
    let lower = follower.to_lowercase();
    let name_before = before[..before.len() - word.len()]
        .trim_end()
        .rsplit(' ')
        .next()
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    letter.is_uppercase() && name_before && !grammar.split_whitespace().any(|stop| stop == lower)
}

/// “am 3.” before “Mai”; and a bare number that opens a sentence.
fn is_ordinal(word: &str, language: Language) -> bool {
    let number = !word.is_empty() && word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
    number && language == Language::German
}

fn push_trimmed(text: &str, range: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let mut start = range.start + (piece.len() - piece.trim_start().len());
    let end = range.start + without_note_mark(piece.trim_end()).len();
    if start >= end {
        return;
    }
    start += numbering(&text[start..end]);
    if start < end {
        sentences.push(start..end);
    }
}

/// A digit of a note's number, raised or not.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || is_raised(c)
}

fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// A sentence without the number of a note behind its full stop.
fn without_note_mark(sentence: &str) -> &str {
    let bare = sentence.trim_end_matches(is_digit);
    let ended = bare.trim_end_matches(['”', '“', '»', '’']);
    let word = ended.strip_suffix(['.', '!', '?']).unwrap_or_default();
    let noted = word.ends_with(|c: char| !c.is_whitespace() && !is_digit(c));
    if noted && sentence.chars().count() - bare.chars().count() <= 3 {
        bare
    } else {
        sentence
    }
}

/// Length of the numbering a text opens with: `¹ `, `1)`, `(a)`, `2.`, `•`, `24 Capital`,
/// `24Capital`.
fn numbering(text: &str) -> usize {
    let noted = text.trim_start_matches(is_raised);
    if noted.len() < text.len() && noted.starts_with(' ') {
        return text.len() - noted.trim_start().len();
    }
    let bare = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let mut after = bare.chars();
    let opens = after
        .next()
        .is_some_and(|c| c.is_uppercase() || "“„«".contains(c));
    if (1..=3).contains(&(text.len() - bare.len()))
        && opens
        && after.next().is_some_and(|c| c.is_lowercase() || c == ' ')
    {
        return text.len() - bare.len();
    }
    let Some((head, rest)) = text.split_once(' ') else {
        return 0;
    };
    let bare = head.trim_start_matches(['(', '[']);
    let label = bare.trim_end_matches([')', ']', '.', ':']);
    let short = label.chars().count() <= 3 && label.chars().all(char::is_alphanumeric);
    let bullet = head
        .chars()
        .all(|c| matches!(c, '•' | '·' | '▪' | '–' | '—' | '-' | '*' | '∗'));
    let digits = !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
    let closed = label.len() < bare.len() && (label.chars().count() == 1 || digits);
    let footnote = digits && rest.trim_start().starts_with(char::is_uppercase);
    if bullet || (short && (closed || footnote)) {
        text.len() - rest.trim_start().len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(text: &str) -> Passage {
        let mut passage = Passage::on_page(1);
        passage.push(text, text);
        passage
    }

    fn sentences(text: &str, language: Language) -> Vec<String> {
        let passage = passage(text);
        split(&passage, 0, language)
            .into_iter()
            .map(|range| text[range].to_owned())
            .collect()
    }

    #[test]
    fn abbreviations_and_numbers_end_no_sentence() {
        for (text, language) in [
            (
                "Some cells, e.g. Nerve cells, are long (cf. Fig. 3 and Def. 2.1).",
                Language::English,
            ),
            (
                "Donald E. Knuth wrote on 3.14 and on good-enough? tests.",
                Language::English,
            ),
            (
                "Am 3. Mai gilt, d. h. Immer noch, z. B. Satz 2.1 (vgl. Abb. 4).",
                Language::German,
            ),
        ] {
            assert_eq!(sentences(text, language), [text]);
        }
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        assert_eq!(
            sentences(
                "1) It stops.24 Then it runs! Is it so? Yes.",
                Language::English
            ),
            ["It stops.", "Then it runs!", "Is it so?", "Yes."]
        );
        assert_eq!(
            sentences("It stops.²⁴ Then it “runs.”² It ends.³", Language::English),
            ["It stops.", "Then it “runs.”", "It ends."]
        );
        assert_eq!(
            sentences("Sei X ein Raum X. Dann ist er offen.", Language::German),
            ["Sei X ein Raum X.", "Dann ist er offen."]
        );
        assert_eq!(
            sentences("探索は重要である。状態を定義する。", Language::Other),
            ["探索は重要である。", "状態を定義する。"]
        );
    }
}
