//! The turns of phrase by which a text says what it is doing, by language.

use super::language::Language;

/// How a cue stands to the term it defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The term follows: “is called X”.
    After,
    /// The sentence's subject is the term: “X is a”.
    Before,
    /// The term stands between two cues: “by X we mean”.
    Between,
    /// The clause's last noun is the term: “we call such a map an X”.
    Last,
}

/// Turns of phrase that define, as good as each other.
pub(super) struct Cues {
    /// How they stand to the term.
    pub shape: Shape,
    /// How surely they define: 5 says so, 2 may.
    pub strength: u8,
    /// The turns, lower case; `|` parts the halves of [`Shape::Between`].
    pub turns: &'static [&'static str],
}

const fn cues(shape: Shape, strength: u8, turns: &'static [&'static str]) -> Cues {
    Cues {
        shape,
        strength,
        turns,
    }
}

static ENGLISH: [Cues; 7] = [
    cues(
        Shape::After,
        5,
        &[
            "is called",
            "are called",
            "is termed",
            "are termed",
            "is known as",
            "are known as",
            "is said to be",
            "are said to be",
            "is referred to as",
            "are referred to as",
            "be called",
            "also called",
            "often called",
            "sometimes called",
            "is named",
        ],
    ),
    cues(
        Shape::After,
        3,
        &[
            "so-called",
            "the notion of",
            "the concept of",
            "called",
            "known as",
            "the term",
        ],
    ),
    cues(
        Shape::Last,
        4,
        &["we call", "we will call", "one calls", "people call"],
    ),
    cues(
        Shape::Between,
        5,
        &["by|we mean", "by|is meant", "the term|refers to"],
    ),
    cues(
        Shape::Before,
        5,
        &[
            "is defined as",
            "are defined as",
            "is defined to be",
            "refers to",
            "refer to",
        ],
    ),
    cues(
        Shape::Before,
        3,
        &[
            "is a",
            "is an",
            "is any",
            "means",
            "denotes",
            "consists of",
            "consist of",
            "is the process",
            "is the study",
            "is the ability",
            "occurs when",
        ],
    ),
    cues(Shape::Before, 2, &["are", "is the", "is one of"]),
];

static GERMAN: [Cues; 5] = [
    cues(
        Shape::After,
        5,
        &[
            "heißt",
            "heißen",
            "nennt man",
            "nennen wir",
            "man nennt",
            "bezeichnet man als",
            "bezeichnen wir als",
            "spricht man von",
            "bekannt als",
        ],
    ),
    cues(
        Shape::Between,
        5,
        &[
            "wird|genannt",
            "werden|genannt",
            "auch|genannt",
            "als|bezeichnet",
            "als|bezeichnen",
            "unter|versteht",
            "unter|verstehen",
            "wird|bezeichnet",
        ],
    ),
    cues(
        Shape::After,
        3,
        &["sogenannte", "sogenannten", "sogenannter", "der begriff"],
    ),
    cues(
        Shape::Before,
        3,
        &[
            "ist definiert als",
            "bezeichnet",
            "bedeutet",
            "ist ein",
            "ist eine",
            "besteht aus",
        ],
    ),
    cues(Shape::Before, 2, &["sind", "ist der", "ist die", "ist das"]),
];

static FRENCH: [Cues; 4] = [
    cues(
        Shape::After,
        5,
        &[
            "on appelle",
            "est appelé",
            "est appelée",
            "sont appelés",
            "sont appelées",
            "s appelle",
            "s appellent",
            "est dit",
            "est dite",
            "sont dits",
            "sont dites",
            "on nomme",
            "est nommé",
            "est nommée",
            "connu sous le nom de",
        ],
    ),
    cues(
        Shape::Before,
        5,
        &[
            "est défini comme",
            "est définie comme",
            "désigne",
            "signifie",
        ],
    ),
    cues(
        Shape::Before,
        3,
        &["est un", "est une", "consiste en", "correspond à"],
    ),
    cues(Shape::Before, 2, &["sont des", "est le", "est la", "est l"]),
];

static SPANISH: [Cues; 4] = [
    cues(
        Shape::After,
        5,
        &[
            "se llama",
            "se llaman",
            "llamamos",
            "se denomina",
            "se denominan",
            "se conoce como",
            "se conocen como",
            "recibe el nombre de",
        ],
    ),
    cues(
        Shape::After,
        3,
        &["llamado", "llamada", "llamados", "llamadas", "denominado"],
    ),
    cues(
        Shape::Before,
        4,
        &[
            "se define como",
            "se definen como",
            "es un",
            "es una",
            "significa",
            "consiste en",
        ],
    ),
    cues(Shape::Before, 2, &["son", "es el", "es la"]),
];

/// The defining turns of a language.
pub(super) fn definitions(language: Language) -> &'static [Cues] {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Other => &[],
    }
}

/// What else a sentence can do, whatever its language; lower case.
pub(super) const EXAMPLE: &[&str] = &[
    "for example",
    "for instance",
    "e.g.",
    "as an example",
    "zum beispiel",
    "z.b.",
    "z. b.",
    "beispielsweise",
    "par exemple",
    "por ejemplo",
    "例えば",
    "たとえば",
    "例如",
];
/// Turns that ask to be remembered.
pub(super) const NOTE: &[&str] = &[
    "note that",
    "notice that",
    "remember that",
    "keep in mind",
    "it is important",
    "be careful",
    "must not",
    "is crucial",
    "is essential",
    "beachte",
    "man beachte",
    "wichtig ist",
    "zu beachten",
    "il faut noter",
    "notons que",
    "il est important",
    "nótese",
    "es importante",
    "hay que tener en cuenta",
    "注意",
];
/// Turns that say why.
pub(super) const WHY: &[&str] = &[
    "is important",
    "are important",
    "is essential",
    "is fundamental",
    "is crucial",
    "is useful",
    "are useful",
    "importance of",
    "allows us",
    "enables us",
    "enable us",
    "makes it possible",
    "the purpose of",
    "in order to",
    "the reason",
    "advantage of",
    "because it",
    "helps us",
    "is needed",
    "wichtig",
    "ermöglicht",
    "nützlich",
    "zweck",
    "damit wir",
    "vorteil",
    "est important",
    "est essentiel",
    "permet de",
    "utile",
    "es importante",
    "es fundamental",
    "permite",
    "útil",
    "重要",
];
/// Turns that say what the reader will be able to do.
pub(super) const OUTCOME: &[&str] = &[
    "you will learn",
    "we will learn",
    "you will be able",
    "after reading",
    "in this section",
    "in this chapter",
    "we will see how",
    "our goal is",
    "the goal of this",
    "in diesem kapitel",
    "in diesem abschnitt",
    "lernen sie",
    "ziel dieses",
    "dans ce chapitre",
    "dans cette section",
    "nous allons voir",
    "en este capítulo",
    "en esta sección",
    "本章では",
    "本節では",
];
/// Turns that compare.
pub(super) const ANALOGY: &[&str] = &[
    "analogous to",
    "by analogy",
    "think of",
    "can be thought of as",
    "just as",
    "imagine",
    "is similar to",
    "ähnlich wie",
    "vergleichbar mit",
    "stellen wir uns",
    "kann man sich",
    "analog zu",
    "par analogie",
    "imaginons",
    "de même que",
    "análogo a",
    "imaginemos",
    "es similar a",
];
/// Turns that say what a formula's letters are; the letters follow.
pub(super) const WHERE: &[&str] = &["where", "wobei", "wo", "où", "donde"];

/// Whether a text has one of the turns, as whole words.
pub(super) fn has_any(text: &str, turns: &[&str]) -> bool {
    let lower = text.to_lowercase();
    turns.iter().any(|turn| {
        lower.match_indices(turn).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() && c.is_ascii())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_found_as_words() {
        assert!(has_any("Cells, For Example, divide.", EXAMPLE));
        assert!(has_any("例えば、関数である。", EXAMPLE));
        assert!(!has_any("The footnote that follows", NOTE));
    }
}
