//! The turns of phrase around a term and what defines it, by language.

use crate::extractive::language::Language;

/// A turn between what defines and the term, and what follows the term.
pub(super) struct Turn {
    pub before: &'static str,
    pub after: &'static str,
    pub plural: bool,
}

const fn turn(before: &'static str, after: &'static str, plural: bool) -> Turn {
    Turn {
        before,
        after,
        plural,
    }
}

/// The grammar of definitions in one language.
pub(super) struct Turns {
    /// “is”, “are” with what may stand before the noun phrase.
    pub copulas: &'static [(&'static str, bool)],
    pub fillers: &'static [&'static str],
    /// Verbs that say otherwise what a term is.
    pub verbs: &'static [&'static str],
    /// The definiens stands before the term.
    pub named: &'static [Turn],
    /// The term stands before the definiens, but is no subject: “By X we mean Y”.
    pub meant: &'static [Turn],
    /// Opens a condition.
    pub conditions: &'static [&'static str],
    /// Says that a name is one of several.
    pub also: &'static [&'static str],
}

static ENGLISH: Turns = Turns {
    copulas: &[("is", false), ("are", true)],
    fillers: &[
        "just",
        "simply",
        "merely",
        "defined",
        "to",
        "be",
        "as",
        "basically",
        "essentially",
    ],
    verbs: &[
        "means",
        "denotes",
        "refers",
        "refer",
        "consists",
        "consist",
        "represents",
        "represent",
        "occurs",
    ],
    named: &[
        turn(" is called", "", false),
        turn(" are called", "", true),
        turn(" is termed", "", false),
        turn(" are termed", "", true),
        turn(" is known as", "", false),
        turn(" are known as", "", true),
        turn(" is referred to as", "", false),
        turn(" are referred to as", "", true),
        turn(" is said to be", "", false),
        turn(" are said to be", "", true),
        turn(" called", "", false),
        turn(" is", "", false),
        turn(" are", "", true),
    ],
    meant: &[
        turn("by", "we mean", false),
        turn("the term", "refers to", false),
    ],
    conditions: &["if", "when", "whenever", "provided"],
    also: &["also", "sometimes", "often", "usually"],
};

static GERMAN: Turns = Turns {
    copulas: &[("ist", false), ("sind", true)],
    fillers: &["definiert", "als", "einfach", "also"],
    verbs: &[
        "bezeichnet",
        "bedeutet",
        "besteht",
        "bestehen",
        "besagt",
        "beschreibt",
    ],
    named: &[
        turn(" heißt", "", false),
        turn(" heißen", "", true),
        turn(" nennt man", "", false),
        turn(" nennen wir", "", false),
        turn(" bezeichnet man als", "", false),
        turn(" wird", "genannt", false),
        turn(" werden", "genannt", true),
        turn(" wird als", "bezeichnet", false),
        turn(" werden als", "bezeichnet", true),
        turn(" ist genau dann", "", false),
        turn(" sind genau dann", "", true),
    ],
    meant: &[
        turn("unter", "versteht man", false),
        turn("unter", "verstehen wir", false),
        turn("als", "bezeichnet man", false),
    ],
    conditions: &["wenn", "falls", "sofern"],
    also: &["auch", "oft", "manchmal"],
};

static FRENCH: Turns = Turns {
    copulas: &[("est", false), ("sont", true)],
    fillers: &["défini", "définie", "comme", "donc"],
    verbs: &["désigne", "signifie", "consiste"],
    named: &[
        turn(" est appelé", "", false),
        turn(" est appelée", "", false),
        turn(" sont appelés", "", true),
        turn(" sont appelées", "", true),
        turn(" s'appelle", "", false),
        turn(" s’appelle", "", false),
        turn(" est dit", "", false),
        turn(" est dite", "", false),
        turn(" se nomme", "", false),
        turn(" est", "", false),
    ],
    meant: &[turn("on appelle", "", false), turn("on nomme", "", false)],
    conditions: &["si", "lorsque", "quand"],
    also: &["aussi", "parfois", "souvent"],
};

static SPANISH: Turns = Turns {
    copulas: &[("es", false), ("son", true)],
    fillers: &["simplemente"],
    verbs: &["significa", "designa", "consiste"],
    named: &[
        turn(" se llama", "", false),
        turn(" se llaman", "", true),
        turn(" se denomina", "", false),
        turn(" se denominan", "", true),
        turn(" se conoce como", "", false),
        turn(" es", "", false),
    ],
    meant: &[
        turn("se llama", "a", false),
        turn("se denomina", "a", false),
        turn("llamamos", "a", false),
    ],
    conditions: &["si", "cuando"],
    also: &["también", "a veces"],
};

/// The turns of a language; none where terms are found otherwise or not at all.
pub(super) const fn of(language: Language) -> Option<&'static Turns> {
    match language {
        Language::English => Some(&ENGLISH),
        Language::German => Some(&GERMAN),
        Language::French => Some(&FRENCH),
        Language::Spanish => Some(&SPANISH),
        Language::Japanese | Language::Other => None,
    }
}
