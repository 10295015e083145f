//! What the lesson says in its own words, in the language of the text.

use super::language::Language;
use super::quotes::cited;

/// The sentences around the quotations; `{}` is filled in.
pub(super) struct Phrases {
    /// Asks for the term of a sentence with a gap.
    pub which_term: &'static str,
    /// Asks for the sentence whose gap a term fills.
    pub which_sentence: &'static str,
    /// Asks how a sentence goes on that begins with a term.
    pub goes_on: &'static str,
    /// Says that the text says so.
    pub right: &'static str,
    /// Says what the text says of another term.
    pub says_of: &'static str,
    /// Says which other term fills a gap.
    pub gap_is: &'static str,
    /// Points to another sentence.
    pub compare: &'static str,
    /// Points to a heading and a page.
    pub look_under: &'static str,
    /// Points to a page.
    pub look_at: &'static str,
    /// Says what the text speaks of most, and how often.
    pub central: &'static str,
    /// Says what the student can do afterwards.
    pub outcome: &'static str,
    /// “and”.
    pub and: &'static str,
    /// Quotation marks.
    pub marks: [&'static str; 2],
}

static ENGLISH: Phrases = Phrases {
    which_term: "Which term fills the gap in this sentence of the text? “{}”",
    which_sentence: "In which of these sentences of the text does “{}” fill the gap?",
    goes_on: "How does the text go on after “{} …”?",
    right: "The text says: {}",
    says_of: "The text says this of “{}”: {}",
    gap_is: "Here the gap stands for “{}”: {}",
    compare: "Compare: {}",
    look_under: "Look under “{}” {}.",
    look_at: "Look at the text again {}.",
    central: "The text keeps coming back to “{}”: {} of its {} sentences speak of it.",
    outcome: "Afterwards you can say what the text means by {}.",
    and: "and",
    marks: ["“", "”"],
};

static GERMAN: Phrases = Phrases {
    which_term: "Welcher Begriff füllt die Lücke in diesem Satz des Textes? „{}“",
    which_sentence: "In welchem dieser Sätze des Textes füllt „{}“ die Lücke?",
    goes_on: "Wie geht der Text nach „{} …“ weiter?",
    right: "Im Text steht: {}",
    says_of: "Über „{}“ steht im Text: {}",
    gap_is: "Hier steht die Lücke für „{}“: {}",
    compare: "Zum Vergleich: {}",
    look_under: "Sieh unter „{}“ nach {}.",
    look_at: "Sieh noch einmal im Text nach {}.",
    central: "Der Text kommt immer wieder auf „{}“ zurück: {} seiner {} Sätze handeln davon.",
    outcome: "Danach kannst du sagen, was der Text unter {} versteht.",
    and: "und",
    marks: ["„", "“"],
};

static FRENCH: Phrases = Phrases {
    which_term: "Quel terme complète cette phrase du texte ? « {} »",
    which_sentence: "Dans laquelle de ces phrases du texte « {} » remplit-il le vide ?",
    goes_on: "Comment le texte continue-t-il après « {} … » ?",
    right: "Le texte dit : {}",
    says_of: "À propos de « {} », le texte dit : {}",
    gap_is: "Ici, le vide correspond à « {} » : {}",
    compare: "À comparer : {}",
    look_under: "Voir sous « {} » {}.",
    look_at: "Relire le texte {}.",
    central: "Le texte revient sans cesse à « {} » : {} de ses {} phrases en parlent.",
    outcome: "Ensuite, vous pouvez dire ce que le texte entend par {}.",
    and: "et",
    marks: ["« ", " »"],
};

static SPANISH: Phrases = Phrases {
    which_term: "¿Qué término completa esta frase del texto? «{}»",
    which_sentence: "¿En cuál de estas frases del texto llena «{}» el hueco?",
    goes_on: "¿Cómo sigue el texto después de «{} …»?",
    right: "El texto dice: {}",
    says_of: "Sobre «{}», el texto dice: {}",
    gap_is: "Aquí el hueco corresponde a «{}»: {}",
    compare: "Para comparar: {}",
    look_under: "Mira en «{}» {}.",
    look_at: "Vuelve a leer el texto {}.",
    central: "El texto vuelve una y otra vez a «{}»: {} de sus {} frases hablan de ello.",
    outcome: "Después podrás decir qué entiende el texto por {}.",
    and: "y",
    marks: ["«", "»"],
};

impl Phrases {
    /// The phrases for texts in a language; English for those unknown.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::German => &GERMAN,
            Language::French => &FRENCH,
            Language::Spanish => &SPANISH,
            Language::English | Language::Other => &ENGLISH,
        }
    }

    /// A quotation with its pages.
    pub(super) fn quote(&self, text: &str, pages: [u32; 2]) -> String {
        let [open, close] = self.marks;
        cited(&format!("{open}{text}{close}"), pages)
    }

    /// “a, b and c”.
    pub(super) fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [only] => only.clone(),
            [head @ .., last] => format!("{} {} {last}", head.join(", "), self.and),
        }
    }
}

/// Fills the gaps of a phrase in order.
pub(super) fn fill(phrase: &str, values: &[&str]) -> String {
    let mut pieces = phrase.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values) {
        filled.push_str(value);
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_filled_in_order() {
        assert_eq!(fill("{} and {}.", &["{}", "b"]), "{} and b.");
        let names = ["a", "b", "c"].map(String::from);
        assert_eq!(ENGLISH.list(&names), "a, b and c");
    }
}
