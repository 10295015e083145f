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
    /// The term follows, but only in passing: “using a method called X”.
    Aside,
    /// The term stands between a verb and what follows: “we say that it is X if”.
    Said,
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

static ENGLISH: [Cues; 13] = [
    cues(
        Shape::After,
        5,
        "is called;are called;is termed;are termed;is known as;are known as;is said to be;\
         are said to be;is referred to as;are referred to as;be called;is named;are named;\
         is commonly called;are commonly called;is usually called;are usually called;\
         is generally called;is simply called;is then called;are then called;is commonly known as;\
         are commonly known as;be termed;is dubbed",
    ),
    cues(
        Shape::After,
        4,
        "is also called;are also called;is often called;are often called;is sometimes called;\
         are sometimes called;is better known as;is also known as;are also known as",
    ),
    cues(Shape::Aside, 3, "so called;called;known as"),
    cues(
        Shape::After,
        2,
        "also called;also known as;often called;sometimes called;usually called;been known as",
    ),
    cues(Shape::After, 2, "the notion of;the concept of"),
    cues(
        Shape::Last,
        4,
        "we call;we will call;one calls;people call;we shall call;we refer to",
    ),
    cues(
        Shape::Between,
        5,
        "by|we mean;by|is meant;the term|refers to;the term|means;the word|means;by a|we mean",
    ),
    cues(
        Shape::Said,
        5,
        "we say that|if;one says that|if;we say|if;we say that|when;we say|when",
    ),
    cues(
        Shape::Apposition,
        4,
        "which is a;which is an;which is the;which are;a kind of;a type of;in other words a",
    ),
    cues(Shape::Apposition, 3, "i.e;that is a;meaning a"),
    cues(
        Shape::Before,
        5,
        "is defined as;are defined as;is defined to be;are defined to be;refers to;refer to;\
         is by definition",
    ),
    cues(
        Shape::Before,
        3,
        "is a;is an;is any;means;denotes;consists of;consist of;is the process;is the study;\
         is the ability;occurs when;is the;is one that;is one whose;is one in which;\
         is simply a;is simply an;is just a;is just an;is nothing more than a;is essentially a;\
         is nothing but a;is a kind of;is the act;is the set;is what;comprises;\
         describes how;is when",
    ),
    cues(Shape::Before, 2, "are;is one of"),
];

static GERMAN: [Cues; 8] = [
    cues(
        Shape::After,
        5,
        "heißt;heißen;nennt man;nennen wir;man nennt;bezeichnet man als;bezeichnen wir als;\
         spricht man von;spricht man von einem;spricht man von einer;bekannt als;wir nennen;\
         nennt man auch;heißt dann;heißen dann;heißt auch;versteht man unter;\
         verstehen wir unter;sagen wir",
    ),
    cues(
        Shape::Between,
        5,
        "wird|genannt;werden|genannt;als|bezeichnet;als|bezeichnen;unter|versteht;\
         unter|verstehen;wird|bezeichnet;mit|meint man;der begriff|bezeichnet",
    ),
    cues(Shape::Between, 4, "auch|genannt"),
    cues(
        Shape::Aside,
        3,
        "sogenannte;sogenannten;sogenannter;sogenanntes;so genannte;so genannten",
    ),
    cues(Shape::After, 2, "der begriff"),
    cues(Shape::Apposition, 3, "d h;das heißt"),
    cues(
        Shape::Before,
        3,
        "ist definiert als;bezeichnet;bedeutet;ist ein;ist eine;besteht aus;ist definiert durch;\
         sind definiert als;beschreibt;ist jede;ist jeder;ist jedes;ist derjenige;ist diejenige;\
         ist dasjenige;ist der;ist die;ist das;gibt an",
    ),
    cues(Shape::Before, 2, "sind"),
];

static FRENCH: [Cues; 7] = [
    cues(
        Shape::After,
        5,
        "on appelle;est appelé;est appelée;sont appelés;sont appelées;s appelle;s appellent;\
         est dit;est dite;sont dits;sont dites;on nomme;est nommé;est nommée;se nomme;\
         connu sous le nom de;connue sous le nom de;nous appelons;nous appellerons;\
         porte le nom de;on désigne par;est désigné par",
    ),
    cues(
        Shape::Said,
        5,
        "on dit que|si;on dit que|lorsque;on dit qu|si",
    ),
    cues(
        Shape::Between,
        5,
        "on entend par|tout;par|on entend;le terme|désigne",
    ),
    cues(Shape::Apposition, 3, "c est à dire;qui est un;qui est une"),
    cues(
        Shape::Before,
        5,
        "est défini comme;est définie comme;désigne;signifie;se définit comme;sont définis comme",
    ),
    cues(
        Shape::Before,
        3,
        "est un;est une;consiste en;correspond à;consiste à;est le;est la;est l;est tout;\
         est toute",
    ),
    cues(Shape::Before, 2, "sont des;sont les"),
];

static SPANISH: [Cues; 7] = [
    cues(
        Shape::After,
        5,
        "se llama;se llaman;llamamos;se denomina;se denominan;se conoce como;se conocen como;\
         recibe el nombre de;reciben el nombre de;denominamos;es llamado;es llamada;\
         se dice que es;se les llama;se le llama;se conoce con el nombre de",
    ),
    cues(
        Shape::Aside,
        3,
        "llamado;llamada;llamados;llamadas;denominado;denominada;conocido como;conocida como",
    ),
    cues(
        Shape::Said,
        5,
        "se dice que|si;decimos que|si;se dice que|cuando;decimos que|cuando",
    ),
    cues(
        Shape::Between,
        5,
        "se entiende por|la;se entiende por|el;por|se entiende;el término|se refiere",
    ),
    cues(Shape::Apposition, 3, "es decir;que es un;que es una"),
    cues(
        Shape::Before,
        4,
        "se define como;se definen como;es un;es una;significa;consiste en;es el;es la;\
         se refiere a;es todo;es toda;es cualquier",
    ),
    cues(Shape::Before, 2, "son"),
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

/// Whether a text, lower case, says in so many words that it gives a name.
pub(super) fn is_naming(lower: &str, language: Language) -> bool {
    let names: &[&str] = match language {
        Language::English => &[" called ", " said to be ", " known as ", " call "],
        Language::German => &[
            " heißt ",
            " heißen ",
            " nennt ",
            " genannt",
            " nennen ",
            " bezeichnet",
        ],
        Language::French => &[" appelle ", " appelé", " dit ", " dite ", " dit que "],
        Language::Spanish => &[" llama", " denomina", " dice "],
        Language::Japanese | Language::Other => &["と呼", "という。", "称为", "叫做"],
    };
    names.iter().any(|name| lower.contains(name))
}
