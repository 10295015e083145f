//! The turns of phrase by which a text defines its terms, by language.

use super::language::Language;

/// How a cue stands to the term it defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The term follows: “is called X”.
    After,
    /// The sentence's subject is the term: “X is a”.
    Before,
    /// The term stands right before, parted by a comma: “X, which is a”.
    Apposition,
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
    /// The turns, lower case, parted by `;`; the halves of [`Shape::Between`] by `|`.
    pub turns: &'static str,
}

const fn cues(shape: Shape, strength: u8, turns: &'static str) -> Cues {
    Cues {
        shape,
        strength,
        turns,
    }
}

static ENGLISH: [Cues; 8] = [
    cues(
        Shape::After,
        5,
        "is called;are called;is termed;are termed;is known as;are known as;is said to be;\
         are said to be;is referred to as;are referred to as;be called;also called;often called;\
         sometimes called;usually called;is named",
    ),
    cues(
        Shape::After,
        3,
        "so called;the notion of;the concept of;called;known as",
    ),
    cues(Shape::Last, 4, "we call;we will call;one calls;people call"),
    cues(
        Shape::Between,
        5,
        "by|we mean;by|is meant;the term|refers to",
    ),
    cues(
        Shape::Apposition,
        4,
        "which is a;which is an;which is the;which are;a kind of;a type of",
    ),
    cues(
        Shape::Before,
        5,
        "is defined as;are defined as;is defined to be;refers to;refer to",
    ),
    cues(
        Shape::Before,
        3,
        "is a;is an;is any;means;denotes;consists of;consist of;is the process;is the study;\
         is the ability;occurs when;is the",
    ),
    cues(Shape::Before, 2, "are;is one of"),
];

static GERMAN: [Cues; 5] = [
    cues(
        Shape::After,
        5,
        "heißt;heißen;nennt man;nennen wir;man nennt;bezeichnet man als;bezeichnen wir als;\
         spricht man von;bekannt als",
    ),
    cues(
        Shape::Between,
        5,
        "wird|genannt;werden|genannt;auch|genannt;als|bezeichnet;als|bezeichnen;\
         unter|versteht;unter|verstehen;wird|bezeichnet",
    ),
    cues(
        Shape::After,
        3,
        "sogenannte;sogenannten;sogenannter;der begriff",
    ),
    cues(
        Shape::Before,
        3,
        "ist definiert als;bezeichnet;bedeutet;ist ein;ist eine;besteht aus",
    ),
    cues(Shape::Before, 2, "sind;ist der;ist die;ist das"),
];

static FRENCH: [Cues; 4] = [
    cues(
        Shape::After,
        5,
        "on appelle;est appelé;est appelée;sont appelés;sont appelées;s appelle;s appellent;\
         est dit;est dite;sont dits;sont dites;on nomme;est nommé;est nommée;\
         connu sous le nom de",
    ),
    cues(
        Shape::Before,
        5,
        "est défini comme;est définie comme;désigne;signifie",
    ),
    cues(Shape::Before, 3, "est un;est une;consiste en;correspond à"),
    cues(Shape::Before, 2, "sont des;est le;est la;est l"),
];

static SPANISH: [Cues; 4] = [
    cues(
        Shape::After,
        5,
        "se llama;se llaman;llamamos;se denomina;se denominan;se conoce como;se conocen como;\
         recibe el nombre de",
    ),
    cues(
        Shape::After,
        3,
        "llamado;llamada;llamados;llamadas;denominado",
    ),
    cues(
        Shape::Before,
        4,
        "se define como;se definen como;es un;es una;significa;consiste en",
    ),
    cues(Shape::Before, 2, "son;es el;es la"),
];

/// The defining turns of a language.
pub(super) fn definitions(language: Language) -> &'static [Cues] {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Japanese | Language::Other => &[],
    }
}
