//! Whether a sentence can be understood by whoever reads it alone: out of its paragraph,
//! without the figures, sections and formulas around it.

use super::language::Language;
use super::text::{Sentence, Text};
use super::word::{Role, Word};

/// Of a sentence's words at most one in so many is a number or a single letter.
const SYMBOL_SHARE: usize = 4;

/// Words that point out of the sentence, lower case, parted by `;`. A blank at an end
/// stands for the edge of a word.
const POINTERS: [(Language, &str); 5] = [
    (
        Language::English,
        " this ; other hand; on top of; of course; second example; one. ; ones. ; these ; those ; such ; a similar ; similarly; likewise; converse; analogous; above; below; following; previous; preceding; earlier;\
         section; chapter; figure; exercise; footnote; appendix; equation (; example ;\
         theorem ; lemma ; table ; here ; here,; we saw; we have seen; let us; let's ;\
         let’s ; i ; my ; his ; her ; he ; she ;the latter;the former; both of ;\
         in this ; last ; next ; also ; too.; our ;\
         as follows; suppose ; recall ; now ; the first ; the second ; the two ;\
         the resulting ; the reader; you will; we will; we want; we need; in question;\
         mentioned; so far; later; see ; shown ; the book; this book; the text; we must",
    ),
    (
        Language::German,
        " dies; diese; dieser ; dieses ; diesem ; diesen ; solche; obige; oben ; unten ;\
         folgend; vorherig; abschnitt; kapitel; abbildung; abb. ; aufgabe; fußnote; anhang;\
         gleichung (; beispiel ; beispiel:; bemerkung ; satz ; lemma ; definition ; tabelle ;\
         hier ; hier,; ich ; letztere; erstere; behauptung; beweis; erinnerung; sei ;\
         seien ; also ; analog; umgekehrt; siehe ; bereits ; vgl. ; man mache",
    ),
    (
        Language::French,
        " ce ; cet ; cette ; ces ; ci-dessus; ci-dessous; suivant; précédent; section;\
         chapitre; figure; exercice; annexe; exemple ; théorème ; tableau ; ici ; nous ;\
         celui; celle; ceux; voir ; dernier; soit ; même ; je ; tel ; telle ",
    ),
    (
        Language::Spanish,
        " este ; esta ; estos ; estas ; ese ; esa ; esos ; esas ; anterior; siguiente; sección;\
         capítulo; figura; ejercicio; apéndice; ejemplo ; teorema ; tabla ; aquí ;\
         mismo ; misma ; véase; yo ; nosotros ; vimos; veremos; sea ; tal ; dicho ; dicha ",
    ),
    (
        Language::Japanese,
        "この;その;これ;それ;ここ;そこ;以下;以上の;上記;下記;前述;後述;本節;本章;本書;本文;次節;\
         次のよう;次の図;次の式;次の例;図 ;表 ;図1;図2;図3;図4;図5;図6;図7;図8;図9;してみよう;節;前節;同様;また、;そのため;しかし;よって;従って;したがって;ただし;なお;あるいは;\
         なので;というように;例えば;さて;まず;もう;一方;アルゴリズム 1;アルゴリズム1;今回;読者;であろう",
    ),
];

/// Words that open a task, lower case.
const TASKS: [&str; 34] = [
    "define",
    "write",
    "show",
    "prove",
    "give",
    "consider",
    "explain",
    "try",
    "use",
    "design",
    "implement",
    "notice",
    "note",
    "find",
    "describe",
    "draw",
    "compute",
    "assume",
    "observe",
    "modify",
    "add",
    "choose",
    "think",
    "compare",
    "zeige",
    "zeigen",
    "beweise",
    "beweisen",
    "betrachte",
    "betrachten",
    "zeichne",
    "montrer",
    "montrez",
    "demuestra",
];

/// A sentence with a letter for each formula.
fn bare(text: &Text, sentence: &Sentence) -> String {
    let mut bare = sentence.plain.clone();
    let formulas: Vec<_> = text.formulas(sentence).collect();
    for formula in formulas.into_iter().rev() {
        bare.replace_range(formula, "x");
    }
    bare
}

/// Whether the sentence came out of the page whole, not as the remains of a formula.
fn is_legible(text: &Text, sentence: &Sentence) -> bool {
    let bare = bare(text, sentence);
    let in_formula = |word: &Word| {
        text.formulas(sentence)
            .any(|formula| formula.start < word.range.end && word.range.start < formula.end)
    };
    let symbol = |word: &Word| word.role == Role::Symbol && !in_formula(word);
    let symbols = sentence.words.iter().filter(|word| symbol(word)).count();
    // “U 2 T”: signs between the letters are lost.
    let lost = sentence
        .words
        .windows(2)
        .any(|pair| matches!(pair, [left, right] if right.joined && symbol(left) && symbol(right)));
    symbols * SYMBOL_SHARE <= sentence.words.len() && !lost && !is_torn(&bare)
}

/// Whether the sentence says all it needs.
pub(super) fn is_complete(text: &Text, sentence: &Sentence) -> bool {
    let bare = bare(text, sentence);
    let first = sentence.plain.split(' ').next().unwrap_or_default();
    let ended = text.lexicon.language != Language::Japanese || sentence.plain.ends_with('。');
    sentence.stands_alone()
        && ended
        && !TASKS.contains(&first.to_lowercase().as_str())
        && is_legible(text, sentence)
        && points_to(&bare, text.lexicon.language).is_none()
}

/// What in a text points out of it.
fn points_to(text: &str, language: Language) -> Option<&'static str> {
    let lower = format!(" {} ", text.to_lowercase());
    let listed = POINTERS.iter().find(|(of, _)| *of == language);
    let pointers = listed.map_or("", |(_, pointers)| pointers);
    pointers
        .split(';')
        .find(|pointer| !pointer.is_empty() && lower.contains(pointer))
}

/// Whether two sentences or a formula's remains stand in what should be one sentence:
/// “of it. sqrt is”, “f : X ! Y”, “[61]”, “1(X; x0)”.
fn is_torn(text: &str) -> bool {
    let mut before = ['\0'; 3];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or('\0');
        let [first, second, third] = before;
        let ended = third == '.' && second.is_lowercase() && first.is_lowercase();
        let reopened = ended && character == ' ' && next.is_lowercase();
        let alone = matches!(character, '!' | '=' | ';') && third == ' ' && next == ' ';
        let note = character == '[' && next.is_ascii_digit();
        let glued = character == ':' && third.is_alphabetic() && next.is_uppercase();
        if reopened || alone || note || glued || is_remains(character) {
            return true;
        }
        before = [second, third, character];
    }
    text.contains("; :")
        || text.contains(" , ")
        || text.contains("( ")
        || text.contains(" )")
        || text.contains("  ")
}

/// Whether a character comes of a formula that lost its form, or of a font without a map.
fn is_remains(character: char) -> bool {
    matches!(character,
        '=' | '≠' | '∈' | '→' | '⟶' | '↦' | '≤' | '≥' | '∀' | '∃' | '∧' | '∨' | '⊂' | '⊆'
        | '∑' | '∫' | '√' | '%' | '^' | '_' | '\\' | '|' | '{' | '}' | '~' | '§' | '□'
        | '\u{2f00}'..='\u{2fdf}' | '\u{2e80}'..='\u{2eff}' | '\u{e000}'..='\u{f8ff}'
        | '\u{1d400}'..='\u{1d7ff}' | '₀'..='₉')
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    #[test]
    fn what_points_elsewhere_is_not_complete() {
        for (markdown, complete) in [
            (
                "An enzyme is a protein that speeds up a reaction of the cell.",
                true,
            ),
            (
                "An enzyme is a protein that speeds up this reaction of the cell.",
                false,
            ),
            (
                "An enzyme is a protein, as we saw when we spoke of the whole cell.",
                false,
            ),
            (
                "The enzyme in figure 3 is a protein that speeds up a reaction.",
                false,
            ),
            (
                "An enzyme ends the reaction of the cell. sqrt is a protein of it.",
                false,
            ),
            (
                "It is a protein that speeds up one reaction of the whole cell.",
                false,
            ),
        ] {
            let text = text(markdown);
            let whole = text
                .sentences
                .iter()
                .any(|sentence| is_complete(&text, sentence));
            assert_eq!(whole, complete, "{markdown}");
        }
    }
}
