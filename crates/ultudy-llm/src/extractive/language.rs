//! The languages whose grammar is known here.

use rust_stemmers::{Algorithm, Stemmer};

use super::stopwords::{self, Words};

/// A language whose grammar is known here, or any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Japanese,
    Other,
}

impl Language {
    /// Those whose grammar is known.
    pub(super) const ALL: [Self; 5] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
    ];

    /// The language of a text, as far as its grammar is known here.
    pub(super) fn detect(text: &str) -> Self {
        match ultudy_domain::language::detect(text) {
            Some("en") => Self::English,
            Some("de") => Self::German,
            Some("fr") => Self::French,
            Some("es") => Self::Spanish,
            Some("ja") => Self::Japanese,
            // Where code is a good part of the text, no language is told for sure.
            _ if has_kana(text) => Self::Japanese,
            _ => Self::Other,
        }
    }

    /// What reduces its words to their stems; none for languages unknown here.
    pub(super) fn stemmer(self) -> Option<Stemmer> {
        Some(Stemmer::create(match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::French => Algorithm::French,
            Self::Spanish => Algorithm::Spanish,
            Self::Japanese | Self::Other => return None,
        }))
    }

    /// Its commonest words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &stopwords::ENGLISH,
            Self::German => &stopwords::GERMAN,
            Self::French => &stopwords::FRENCH,
            Self::Spanish => &stopwords::SPANISH,
            Self::Japanese | Self::Other => &stopwords::NONE,
        }
    }
}

/// Whether a good part of a text's letters are of the script that only Japanese writes its
/// grammar in.
fn has_kana(text: &str) -> bool {
    const SHARE: usize = 20;
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (all, kana) = letters.fold((0_usize, 0_usize), |(all, kana), c| {
        (all + 1, kana + usize::from(is_hiragana(c)))
    });
    kana > 0 && kana * SHARE >= all
}

/// Whether a character belongs to a script written without spaces between its words.
pub(super) fn is_cjk(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}'
        | '々')
}

/// Whether a character is of the script Japanese writes its grammar in.
pub(super) fn is_hiragana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{309f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_without_a_grammar_here_are_others() {
        for (text, language) in [
            (
                "Eine Zelle ist die kleinste Einheit des Lebens, die für sich leben kann.",
                Language::German,
            ),
            (
                "細胞は生命の最小単位であり、それ自身で生きることができる。",
                Language::Japanese,
            ),
            (
                "الخلية هي أصغر وحدة في الحياة ويمكنها أن تعيش وتنقسم",
                Language::Other,
            ),
            ("x = 1; y = 2;", Language::Other),
            (
                "def expand(state): return [move(state, a) for a in actions] 次の状態を返す。これを繰り返す。",
                Language::Japanese,
            ),
        ] {
            assert_eq!(Language::detect(text), language, "{text}");
        }
    }
}
