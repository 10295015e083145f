//! Whether a sentence came out of the page whole, not as the remains of a formula.

use super::grammar::Grammar;
use super::sentences;
use super::text::{Sentence, Text};
use super::word::{Role, Word};

/// Share of a sentence's words, as a fraction, that may be numbers and single letters outside
/// formulas.
const SYMBOL_SHARE: (usize, usize) = (3, 4);

/// Signs that stand between two things.
const RELATIONS: &str = "=≠≡≈≅∼∈∉∋⊂⊃⊆⊇⊊≤≥<>→⟶↦⇒⇔↔∪∩∧∨×∘◦∖⊕⊗⊓⊔+∣";
/// Signs that open a thing.
const OPENING: &str = "([{‖⟨√∀∃¬∅∞−-±“„";
/// Signs that close a thing.
const CLOSING: &str = ")]}‖⟩′'’∞∅*”“";

/// Whether it did.
pub(super) fn is_legible(text: &Text, sentence: &Sentence) -> bool {
    let bare = bare(text, sentence);
    let loose = loose_symbols(text, sentence);
    let symbols = loose.iter().filter(|&&loose| loose).count();
    symbols * SYMBOL_SHARE.1 <= sentence.words.len() * SYMBOL_SHARE.0
        && !has_lost_sign(sentence, &loose)
        && !is_torn(&bare)
        && tokens_fit(&bare, &text.lexicon.grammar)
}

/// A sentence with a letter for each formula and piece of code.
pub(super) fn bare(text: &Text, sentence: &Sentence) -> String {
    let mut bare = sentence.plain.clone();
    let mut marked: Vec<_> = text.formulas(sentence).chain(text.code(sentence)).collect();
    marked.sort_by_key(|range| std::cmp::Reverse(range.start));
    for range in marked {
        bare.replace_range(range, "x");
    }
    bare
}

/// Which words are symbols outside formulas and code.
fn loose_symbols(text: &Text, sentence: &Sentence) -> Vec<bool> {
    let marked: Vec<_> = text.formulas(sentence).chain(text.code(sentence)).collect();
    let inside = |word: &Word| {
        marked
            .iter()
            .any(|mark| mark.start < word.range.end && word.range.start < mark.end)
    };
    let words = sentence.words.iter();
    words
        .map(|word| word.role == Role::Symbol && !inside(word))
        .collect()
}

/// “U 2 T”, “T Ss”: signs between letters are lost, or an index lost its place.
fn has_lost_sign(sentence: &Sentence, loose: &[bool]) -> bool {
    let pairs = sentence.words.windows(2).zip(loose.windows(2));
    pairs.into_iter().any(|(words, loose)| {
        let ([left, right], [true, _]) = (words, loose) else {
            return false;
        };
        let gap = sentence.plain.get(left.range.end..right.range.start);
        let written = |word: &Word| sentence.plain.get(word.range.clone()).unwrap_or_default();
        let (first, second) = (written(left), written(right));
        gap == Some(" ")
            && !is_thousands(first, second)
            && (loose[1] || is_flattened(second) && first.chars().all(char::is_alphabetic))
    })
}

/// “10 000”.
fn is_thousands(left: &str, right: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(left) && digits(right) && right.len() == 3
}

/// “Ss”: a letter and its index.
fn is_flattened(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase)
        && letters.next().is_none()
}

/// Whether two sentences stand in what should be one: “of it. sqrt is”; or marks stand
/// apart from their words.
fn is_torn(text: &str) -> bool {
    let mut before = ['\0'; 3];
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map_or('\0', |&(_, next)| next);
        let [first, second, third] = before;
        let ended = third == '.' && second.is_lowercase() && first.is_lowercase();
        let reopened = ended
            && character == ' '
            && next.is_lowercase()
            && !sentences::ends_abbreviated(&text[..at]);
        let alone = matches!(character, '!' | ';') && third == ' ' && next == ' ';
        let glued = character == ':' && third.is_alphabetic() && next.is_uppercase();
        if reopened || alone || glued || is_remains(character) {
            return true;
        }
        before = [second, third, character];
    }
    ["; :", " , ", "( ", " )", "  ", "∈/", "/∈", " . "]
        .iter()
        .any(|torn| text.contains(torn))
}

/// Whether a character comes of a formula that lost its form, or of a font without a map.
fn is_remains(character: char) -> bool {
    matches!(character,
        '^' | '~' | '§' | '□' | '■' | '∑' | '∏' | '∫' | '\u{338}'
        | '\u{2f00}'..='\u{2fdf}' | '\u{2e80}'..='\u{2eff}' | '\u{e000}'..='\u{f8ff}')
}

/// Whether each sign stands between what it joins: “x ∈ X”, “(a ≤ b)”; not “−dns”, “6=”.
fn tokens_fit(text: &str, grammar: &Grammar) -> bool {
    let tokens: Vec<_> = text.split_whitespace().collect();
    tokens.iter().enumerate().all(|(at, token)| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let after = tokens.get(at + 1);
        // “M := A”: a mark above the letter is lost.
        let letter = |token: Option<&&str>| token.is_some_and(|t| t.chars().count() == 1);
        if *token == ":=" && letter(before) && letter(after) {
            false
        } else if is_operator(token) {
            // “a binary relation ≤ on the set”: the sign itself is spoken of.
            let named = before.is_some_and(|token| is_noun(token, grammar));
            named
                || before.is_some_and(|token| ends_operand(token, grammar))
                    && after.is_some_and(|token| begins_operand(token, grammar))
        } else if let Some(sign) = token.strip_suffix([')', '}', ',']).filter(|_| at > 0) {
            // “(G, ∘)”
            let listed = before.is_some_and(|token| token.ends_with(','));
            (listed && is_operator(sign)) || is_whole(token)
        } else {
            is_whole(token) && !is_mixed(token) && !has_fallen_index(token)
        }
    })
}

/// “iϕi”: a letter that lost its place between the letters of another script.
fn is_mixed(token: &str) -> bool {
    let greek = |c: &char| matches!(c, 'α'..='ω' | 'Α'..='Ω' | 'ϕ' | 'ϑ' | 'ϵ');
    let characters: Vec<_> = token.chars().collect();
    let pairs = characters.windows(2);
    pairs.into_iter().any(|pair| {
        let [left, right] = [greek(&pair[0]), greek(&pair[1])];
        left != right && pair.iter().all(|c| c.is_alphabetic())
    })
}

/// “(x)n”: an index behind its bracket; not “(semi)ring”, “f(x)g(x)”.
fn has_fallen_index(token: &str) -> bool {
    token.match_indices(')').any(|(at, _)| {
        let rest = &token[at + 1..];
        let letters = rest.chars().take_while(|c| c.is_alphabetic()).count();
        let open = rest.chars().nth(letters) == Some('(');
        let inner = token[..at].rsplit('(').next().unwrap_or_default();
        letters == 1 && !open && inner.chars().count() == 1
    })
}

/// “=”, “:=”, “:⇔”, a lone “\” or “|”.
fn is_operator(token: &str) -> bool {
    let bare = token.strip_prefix(':').unwrap_or(token);
    let mut characters = bare.chars();
    matches!((characters.next(), characters.next()),
        (Some(sign), None) if RELATIONS.contains(sign) || matches!(sign, '\\' | '|' | '−' | '*'))
}

fn ends_operand(token: &str, grammar: &Grammar) -> bool {
    let token = token.trim_end_matches([',', ';']);
    let last = token.chars().next_back();
    last.is_some_and(|c| c.is_alphanumeric() || CLOSING.contains(c)) && !is_grammar(token, grammar)
}

fn begins_operand(token: &str, grammar: &Grammar) -> bool {
    let first = token.chars().next();
    let word = token.trim_end_matches([',', ';', '.', ':']);
    first.is_some_and(|c| c.is_alphanumeric() || OPENING.contains(c)) && !is_grammar(word, grammar)
}

/// Whether a token is a word of several letters that means something.
fn is_noun(token: &str, grammar: &Grammar) -> bool {
    let letters = token.chars().all(char::is_alphabetic);
    letters && token.chars().count() > 2 && !is_grammar(token, grammar)
}

/// Whether a word of several letters is one of grammar, which no sign joins to anything.
fn is_grammar(token: &str, grammar: &Grammar) -> bool {
    token.chars().count() > 1 && grammar.role(token) == Role::Stop
}

/// Whether the signs in a token have both their sides: “x=y”, “√2”, “−1”, not “x=”, “−dns”.
fn is_whole(token: &str) -> bool {
    let characters: Vec<_> = token.chars().collect();
    let sides = |at: usize| {
        let left = at.checked_sub(1).and_then(|at| characters.get(at));
        (left.copied(), characters.get(at + 1).copied())
    };
    characters.iter().enumerate().all(|(at, &sign)| {
        let (left, right) = sides(at);
        let operand = |side: Option<char>, edge: &str| {
            side.is_some_and(|c| c.is_alphanumeric() || edge.contains(c))
        };
        match sign {
            // “A*”, “C++”, “≥ 3” within a word.
            '+' | '*' => true,
            '−' => {
                let lone = at == 0 || left.is_some_and(|c| OPENING.contains(c));
                let rest = characters.get(at + 1..).unwrap_or_default();
                let letters = rest.iter().take_while(|c| c.is_alphabetic()).count();
                operand(right, OPENING) && !(lone && letters > 1)
            }
            // “whenever√ a”: a root that lost its place.
            '√' => operand(right, OPENING) && !left.is_some_and(char::is_alphabetic),
            '\\' | '|' | '_' => operand(left, CLOSING) && operand(right, OPENING),
            sign if RELATIONS.contains(sign) => operand(left, CLOSING) && operand(right, OPENING),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn legible(markdown: &str) -> bool {
        let text = text(markdown);
        let sentences = text.sentences.iter();
        !text.sentences.is_empty()
            && sentences
                .into_iter()
                .all(|sentence| is_legible(&text, sentence))
    }

    #[test]
    fn a_well_formed_formula_tears_no_sentence() {
        for sentence in [
            "A set A is called closed if x ∈ A holds for each of its limit points x.",
            "A map f : X → Y between two sets is called onto if f(X) = Y holds.",
            "An order on a set is total if a ≤ b or b ≤ a holds for all a, b ∈ M.",
            "The interval \\[0, 1\\] is a set of numbers that has no gap at all \\[12\\].",
            "A function is odd if $f(-x) = -f(x)$ holds at each of its points.",
            "The assignment `x = y` is a command that gives a name to a value.",
            "A queue (e.g. of people) is a list that grows at its end etc. and so on.",
        ] {
            assert!(legible(sentence), "{sentence}");
        }
    }

    #[test]
    fn remains_of_formulas_are_refused() {
        for sentence in [
            "A set is called open if U 2 T holds for each of the sets around it.",
            "The map −dns is called the shape operator of the surface at a point.",
            "The linear map of T Ss into itself is called the operator of the surface.",
            "There is a prime p ∈/ s that divides the number and is no element of it.",
            "The number a 6= b is called the other one if there is one of them at all.",
            "An enzyme ends the reaction of the cell. sqrt is a protein of the cell.",
            "Let M be a manifold with an atlas (U, iϕi i) such that each chart of it is smooth.",
            "A series (x)n is called bounded if there is a number above all of its members.",
            "A value is called bad if = 3 holds for it in each of the given cases.",
        ] {
            assert!(!legible(sentence), "{sentence}");
        }
    }
}
