//! Whether a sentence can be understood by whoever reads it alone: out of its paragraph,
//! without the figures, sections and formulas around it.

use super::cues;
use super::introduced;
use super::language::{Language, is_cjk};
use super::legible;
use super::lexicon::Lexicon;
use super::pointers::{self, Pointers};
use super::text::{Sentence, Text};

/// Whether the sentence says all it needs.
pub(super) fn is_complete(text: &Text, sentence: &Sentence) -> bool {
    sentence.stands_alone()
        && is_premise(&sentence.plain, text.lexicon.language) != Some(Premise::Bare)
        && is_clear(text, sentence, &legible::bare(text, sentence))
        && introduced::has_its_letters(text, sentence)
}

/// Whether a sentence is legible, ends, and nothing of `bare`, what it says with a letter
/// for each formula, points out of it.
pub(super) fn is_clear(text: &Text, sentence: &Sentence, bare: &str) -> bool {
    let ended = text.lexicon.language != Language::Japanese || sentence.plain.ends_with('。');
    ended
        && !sentence.open
        && legible::is_legible(text, sentence)
        && !points_out(bare, &text.lexicon)
}

/// Whether a sentence can be understood by whoever has read the one before it, or what it
/// gives an example of.
pub(super) fn is_clear_after(text: &Text, sentence: &Sentence) -> bool {
    let language = text.lexicon.language;
    let bare = legible::bare(text, sentence);
    let rest = opener_end(&bare, language).map_or(bare.as_str(), |at| &bare[at..]);
    is_premise(&sentence.plain, language) != Some(Premise::Bare)
        && is_clear(text, sentence, &without_demonstratives(rest, language))
}

/// Bytes of what opens a sentence at most.
const OPENER_MAX: usize = 60;

/// Where the sentence proper begins behind “For example,”.
pub(super) fn opener_end(plain: &str, language: Language) -> Option<usize> {
    let lower = plain.to_lowercase();
    turns(pointers::of(language).openers).find(|opener| lower.starts_with(opener))?;
    let mut characters = plain.char_indices();
    let (at, comma) = characters.find(|&(_, c)| matches!(c, ',' | '、'))?;
    let rest = plain.get(at + comma.len_utf8()..)?;
    (at <= OPENER_MAX).then(|| plain.len() - rest.trim_start().len())
}

/// A sentence without the words that point to the one before.
pub(super) fn without_demonstratives(plain: &str, language: Language) -> String {
    let mut words = turns(pointers::of(language).demonstratives);
    if language == Language::Japanese {
        let rest = words.find_map(|head| plain.strip_prefix(head));
        return rest.unwrap_or(plain).to_owned();
    }
    let words: Vec<_> = words.collect();
    let points = |word: &&str| !words.contains(&word.to_lowercase().as_str());
    let kept: Vec<_> = plain.split(' ').filter(points).collect();
    kept.join(" ")
}

/// What stands between a sentence and the items of a list that it leads to.
pub(super) const ITEM: &str = " • ";
/// Turns that lead to a list; with the list they point to nothing else.
const LEADING: [&str; 12] = [
    "the following",
    "as follows",
    "folgendes",
    "folgende",
    "folgenden",
    "wie folgt",
    "suivantes",
    "suivants",
    "comme suit",
    "siguientes",
    "siguiente",
    "次の",
];

/// What a sentence that begins with “let” does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Premise {
    /// Only introduces: “Let X be a set.”
    Bare,
    /// Says something of what it introduces: “Let X be a set; then … is called …”
    Used,
}

/// Whether a sentence introduces what it or the next speaks of.
pub(super) fn is_premise(plain: &str, language: Language) -> Option<Premise> {
    let heads: &[&str] = match language {
        Language::English => &["let ", "suppose "],
        Language::German => &["sei ", "seien ", "es sei ", "es seien ", "ist "],
        Language::French => &["soit ", "soient ", "étant donné "],
        Language::Spanish => &["sea ", "sean ", "dado ", "dada "],
        Language::Japanese | Language::Other => &[],
    };
    let lower = plain.to_lowercase();
    let used = cues::is_naming(&lower, language);
    heads
        .iter()
        .any(|head| lower.starts_with(head))
        .then_some(if used { Premise::Used } else { Premise::Bare })
}

/// Whether something in a text points out of it.
pub(super) fn points_out(text: &str, lexicon: &Lexicon) -> bool {
    let pointers = pointers::of(lexicon.language);
    let mut lower = format!(" {} ", without_references(&text.to_lowercase()));
    let leading: &[&str] = if lower.contains(ITEM) { &LEADING } else { &[] };
    for turn in turns(pointers.never).chain(leading.iter().copied()) {
        lower = lower.replace(turn, " ");
    }
    let bare = lower.replace([',', ';', ':', '(', ')', '“', '”', '"', '.'], " ");
    let (lower, bare) = (without_own(&lower, pointers), without_own(&bare, pointers));
    turns(pointers.always).any(|turn| lower.contains(turn) || bare.contains(turn))
        || has_head(lower.trim_start_matches([' ', '…']), pointers)
        || names_place(&lower, pointers, lexicon)
}

/// A text without the demonstratives whose noun it has named before: “a procedure … such that
/// this procedure”.
fn without_own(lower: &str, pointers: &Pointers) -> String {
    let stem = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.strip_suffix('s').unwrap_or(bare).to_owned()
    };
    let words: Vec<&str> = lower.split(' ').collect();
    let points = |at: usize| {
        let demonstrative = turns(pointers.demonstratives).any(|word| word == words[at]);
        let noun = words.get(at + 1).map(|next| stem(next)).unwrap_or_default();
        let named = words[..at].iter().any(|word| stem(word) == noun);
        !(demonstrative && named && noun.chars().count() > 2)
    };
    let kept: Vec<&str> = (0..words.len())
        .filter(|&at| points(at))
        .map(|at| words[at])
        .collect();
    kept.join(" ")
}

/// A text, lower case, without the references in parentheses that nobody needs who reads it
/// alone: “(see Exercise 3)”, “(vgl. Abb. 2)”.
fn without_references(lower: &str) -> String {
    const OPENINGS: [&str; 16] = [
        "see ",
        "cf",
        "section ",
        "exercise ",
        "figure ",
        "fig. ",
        "chapter ",
        "appendix ",
        "siehe ",
        "vgl",
        "abschnitt ",
        "abb",
        "kapitel ",
        "voir ",
        "véase ",
        "図",
    ];
    let mut kept = String::with_capacity(lower.len());
    let mut rest = lower;
    while let Some(at) = rest.find('(') {
        let inner = &rest[at + 1..];
        let refers = OPENINGS.iter().any(|opening| inner.starts_with(opening));
        match inner.find(')').filter(|_| refers) {
            Some(end) => {
                kept.push_str(rest[..at].trim_end());
                rest = &inner[end + 1..];
            }
            None => {
                kept.push_str(&rest[..=at]);
                rest = inner;
            }
        }
    }
    kept.push_str(rest);
    kept
}

fn turns(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(';').filter(|turn| !turn.is_empty())
}

/// Whether a text, a blank before it, opens as a task does or goes on from the one before.
fn has_head(lower: &str, pointers: &Pointers) -> bool {
    turns(pointers.heads).any(|head| {
        let rest = lower.trim_start().strip_prefix(head);
        // Text without spaces goes on at once.
        let whole = head.ends_with(is_cjk);
        rest.is_some_and(|rest| whole || !rest.starts_with(char::is_alphanumeric))
    })
}

/// Whether a text names a place of the book: “Section 3”, “the proof”, 「図3」; not “the
/// part of a cell”, “a table”.
fn names_place(lower: &str, pointers: &Pointers, lexicon: &Lexicon) -> bool {
    if lexicon.language == Language::Japanese {
        return turns(pointers.places).any(|place| has_numbered(lower, place));
    }
    let tokens: Vec<&str> = lower.split_whitespace().collect();
    tokens.iter().enumerate().any(|(at, token)| {
        let bare = token.trim_matches(|c: char| !c.is_alphanumeric());
        let plural = bare.strip_suffix('s').unwrap_or(bare);
        let is_in = |list| turns(list).any(|name| name == bare || name == plural);
        let place = is_in(pointers.places);
        let next = tokens.get(at + 1).copied().unwrap_or_default();
        let numbered = next
            .trim_start_matches('(')
            .starts_with(|c: char| c.is_ascii_digit());
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
        let definite = turns(pointers.definite).any(|article| before == Some(article));
        // “The part of a cell that”: told at once which.
        let told = token.ends_with(char::is_alphanumeric) && lexicon.grammar.is_complement(next);
        numbered && (place || is_in(pointers.numbered)) || place && definite && !told
    })
}

/// Whether a number stands with a word of text without spaces: 「図3」, 「3章」.
fn has_numbered(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        let before = text[..at].trim_end().chars().next_back();
        let after = text[at + word.len()..].trim_start_matches(['(', '（', ' ']);
        digit(before) || digit(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn is_whole(markdown: &str) -> bool {
        let text = text(markdown);
        let mut sentences = text.sentences.iter();
        sentences.any(|sentence| is_complete(&text, sentence))
    }

    #[test]
    fn what_needs_nothing_else_is_complete() {
        for sentence in [
            "An enzyme is a protein that speeds up a reaction of the cell.",
            "The nucleus is the part of a cell that contains its genetic material.",
            "An outlier is an example that lies far from the rest of the data.",
            "A set is called countable if there is a list such that each element is in it.",
            "Eine Abbildung f : X → Y heißt stetig, wenn jedes Urbild offen ist, also nichts reißt.",
            "Sei X eine Menge, so heißt eine Menge von Teilmengen von X ein System über X.",
            "Une suite est dite convergente si ses termes approchent un nombre donné.",
            "Una función se llama continua si no da ningún salto en su dominio.",
            "状態空間とは問題の状態をすべて集めた集合である。",
        ] {
            assert!(is_whole(sentence), "{sentence}");
        }
    }

    #[test]
    fn what_points_elsewhere_is_not_complete() {
        for sentence in [
            "An enzyme is a protein that speeds up this reaction of the cell.",
            "An enzyme is a protein, as we saw when we spoke of the whole cell.",
            "The enzyme in figure 3 is a protein that speeds up a reaction.",
            "The enzyme of the example is a protein that speeds up a reaction.",
            "An enzyme ends the reaction of the cell. sqrt is a protein of it.",
            "It is a protein that speeds up one reaction of the whole cell.",
            "Sei X eine Menge mit einem Abstand und A eine Teilmenge von X.",
            "Ein Enzym ist, wie Satz 3 zeigt, ein Eiweiß, das Reaktionen beschleunigt.",
            "Une enzyme est une protéine qui accélère cette réaction de la cellule.",
            "Una enzima es, como muestra la figura 2, una proteína de la célula.",
            "酵素は、図3に示されるように、細胞の中の反応を速めるタンパク質である。",
        ] {
            assert!(!is_whole(sentence), "{sentence}");
        }
    }
}
