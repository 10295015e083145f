//! The noun a noun phrase is about.

use crate::extractive::language::Language;
use crate::extractive::lexicon::Lexicon;
use crate::extractive::word::{Role, Word};

/// Nouns that stand for the one that follows: “a *kind* of function”.
const KINDS: [&str; 16] = [
    "kind", "kinds", "type", "types", "sort", "form", "variety", "art", "arten", "sorte", "genre",
    "espèce", "tipo", "clase", "especie", "variante",
];
/// Adjectives that stand before their noun in French and Spanish.
const BEFORE: [&str; 22] = [
    "petit",
    "petite",
    "petits",
    "petites",
    "grand",
    "grande",
    "grands",
    "grandes",
    "bon",
    "bonne",
    "nouveau",
    "nouvelle",
    "premier",
    "première",
    "même",
    "simple",
    "gran",
    "buen",
    "nuevo",
    "nueva",
    "primer",
    "primera",
];

/// The noun, as printed; none if there is none.
pub(super) fn of<'a>(plain: &'a str, phrase: &[Word], lexicon: &Lexicon) -> Option<&'a str> {
    let written = |word: &Word| &plain[word.range.clone()];
    let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
    let start = phrase.iter().position(means)?;
    // “one *of* the adjustable numbers” is as good as “an adjustable number”.
    let opening = phrase.get(..start)?;
    let plain_opening = opening.iter().all(|word| {
        let letter = word.role == Role::Symbol;
        letter || lexicon.grammar.precedes_nouns(word) || lexicon.language != Language::English
    });
    let at = match lexicon.language {
        Language::German => capital(phrase, start)?,
        Language::French | Language::Spanish => {
            let means = |at: &usize| {
                let word = &phrase[*at];
                word.role != Role::Stop && !BEFORE.contains(&written(word).to_lowercase().as_str())
            };
            (start..phrase.len()).find(means)?
        }
        _ => last_of_run(plain, phrase, start)?,
    };
    let noun = written(phrase.get(at)?);
    let lower = noun.to_lowercase();
    if KINDS.contains(&lower.as_str()) && phrase.len() > at + 2 {
        return of(plain, phrase.get(at + 1..)?, lexicon);
    }
    plain_opening.then_some(noun)
}

/// The first word with a capital.
fn capital(phrase: &[Word], start: usize) -> Option<usize> {
    (start..phrase.len())
        .find(|&at| phrase[at].capital && !matches!(phrase[at].role, Role::Stop | Role::Symbol))
}

/// The last word of the run that begins at `start`, without participles that tell more of it.
fn last_of_run(plain: &str, phrase: &[Word], start: usize) -> Option<usize> {
    let goes_on = |at: &usize| {
        let word = &phrase[*at];
        (word.joined || *at == start) && matches!(word.role, Role::Content | Role::Weak)
    };
    let end = start + (start..phrase.len()).take_while(goes_on).count();
    let participle = |at: &usize| {
        let word = &plain[phrase[*at].range.clone()];
        word.ends_with("ing") || word.ends_with("ed") || word.ends_with("ly")
    };
    let run = start..end;
    let told = run.clone().skip(1).find(participle);
    let head = told.unwrap_or(end).checked_sub(1)?;
    (head >= start).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_about_its_head() {
        for (language, phrase, noun) in [
            (
                Language::English,
                "a straight line through two points",
                "line",
            ),
            (
                Language::English,
                "one of the adjustable numbers that it has",
                "numbers",
            ),
            (
                Language::English,
                "a kind of function that grows",
                "function",
            ),
            (
                Language::English,
                "an expression containing a variable",
                "expression",
            ),
            (
                Language::German,
                "die kleinste Einheit des Lebens",
                "Einheit",
            ),
            (Language::French, "la plus petite unité du vivant", "unité"),
            (
                Language::Spanish,
                "una envoltura delgada que separa",
                "envoltura",
            ),
        ] {
            let mut lexicon = Lexicon::new(language);
            let words = lexicon.words(phrase);
            assert_eq!(of(phrase, &words, &lexicon), Some(noun), "{phrase}");
        }
    }
}
