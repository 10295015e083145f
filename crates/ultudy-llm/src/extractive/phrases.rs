//! What the lesson says in its own words, in the language of the text.

use super::language::Language;
use super::quotes::cited;

/// The sentences around the quotations; `{}` is filled in.
pub(super) struct Phrases {
    /// Asks for the term of a sentence with a gap.
    pub which_term: &'static str,
    /// Asks for the term of what the text says something is.
    pub what_called: &'static str,
    /// Asks what the text means by a term.
    pub what_is: &'static str,
    /// Asks how a sentence ends that begins with a term.
    pub which_end: &'static str,
    /// Asks what the text says of a term.
    pub which_statement: &'static str,
    /// Asks what the text says at all.
    pub which_said: &'static str,
    /// Asks for the reason of what a sentence says.
    pub which_reason: &'static str,
    /// Asks what a list has that a sentence leads to.
    pub which_listed: &'static str,
    /// Asks what it does not have.
    pub which_unlisted: &'static str,
    /// Asks what its order has first.
    pub which_first: &'static str,
    /// Asks what its order has behind one of its items.
    pub which_next: &'static str,
    /// Says what the text lists.
    pub listed: &'static str,
    /// Says what the text lists elsewhere.
    pub listed_elsewhere: &'static str,
    /// Asks for an explanation of a term in one's own words.
    pub explain: &'static str,
    /// Asks what the text says of a term, in one's own words.
    pub tell: &'static str,
    /// Says that the text says so.
    pub right: &'static str,
    /// Says what the text says of another term.
    pub says_of: &'static str,
    /// Says where a statement differs from the text's.
    pub differs: &'static str,
    /// What the text has, and what a statement has instead.
    pub not: &'static str,
    /// What the text has, and a statement does not.
    pub missing: &'static str,
    /// Says that the text gives this reason for something else.
    pub reason_of: &'static str,
    /// Says that the text says this of something else.
    pub told_of_other: &'static str,
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
    which_term: "Which term does the text use here? “{}”",
    what_called: "What does the text call “{}”?",
    what_is: "What does the text mean by “{}”?",
    which_end: "Which ending makes this a statement of the text? “{} …”",
    which_statement: "Which of these does the text say about “{}”?",
    which_said: "Which of these does the text say?",
    which_reason: "Which reason does the text give for this? “{}”",
    which_listed: "Which of these does the text list here? “{}”",
    which_unlisted: "Which of these does the text not list here? “{}”",
    which_first: "Which of these comes first? “{}”",
    which_next: "What comes right after “{}”? “{}”",
    listed: "The text lists: {}",
    listed_elsewhere: "The text lists this elsewhere: {}",
    explain: "What does the text say “{}” is? Explain it in your own words.",
    tell: "What does the text say about “{}”? Answer in your own words.",
    right: "The text says: {}",
    says_of: "The text says this of “{}”: {}",
    differs: "The text says {}: {}",
    not: "“{}”, not “{}”",
    missing: "“{}”, which is missing here",
    reason_of: "The text gives this reason for something else: {}",
    told_of_other: "The text says this of something else: {}",
    compare: "Compare: {}",
    look_under: "Look under “{}” {}.",
    look_at: "Look at the text again {}.",
    central: "The text keeps coming back to “{}”: {} of its {} sentences speak of it.",
    outcome: "Afterwards you can say what the text means by {}.",
    and: "and",
    marks: ["“", "”"],
};

static GERMAN: Phrases = Phrases {
    which_term: "Welchen Begriff verwendet der Text hier? „{}“",
    what_called: "Wie nennt der Text „{}“?",
    what_is: "Was versteht der Text unter „{}“?",
    which_end: "Mit welchem Ende ist dies eine Aussage des Textes? „{} …“",
    which_statement: "Was davon sagt der Text über „{}“?",
    which_said: "Was davon steht so im Text?",
    which_reason: "Welchen Grund nennt der Text hierfür? „{}“",
    which_listed: "Was davon zählt der Text hier auf? „{}“",
    which_unlisted: "Was davon zählt der Text hier nicht auf? „{}“",
    which_first: "Was davon kommt zuerst? „{}“",
    which_next: "Was kommt gleich nach „{}“? „{}“",
    listed: "Der Text zählt auf: {}",
    listed_elsewhere: "Das zählt der Text an anderer Stelle auf: {}",
    explain: "Was versteht der Text unter „{}“? Erkläre es mit eigenen Worten.",
    tell: "Was sagt der Text über „{}“? Antworte mit eigenen Worten.",
    right: "Im Text steht: {}",
    says_of: "Über „{}“ steht im Text: {}",
    differs: "Im Text steht {}: {}",
    not: "„{}“, nicht „{}“",
    missing: "„{}“, was hier fehlt",
    reason_of: "Diesen Grund nennt der Text für etwas anderes: {}",
    told_of_other: "Das steht im Text über etwas anderes: {}",
    compare: "Zum Vergleich: {}",
    look_under: "Sieh unter „{}“ nach {}.",
    look_at: "Sieh noch einmal im Text nach {}.",
    central: "Der Text kommt immer wieder auf „{}“ zurück: {} seiner {} Sätze handeln davon.",
    outcome: "Danach kannst du sagen, was der Text unter {} versteht.",
    and: "und",
    marks: ["„", "“"],
};

static FRENCH: Phrases = Phrases {
    which_term: "Quel terme le texte emploie-t-il ici ? « {} »",
    what_called: "Comment le texte appelle-t-il « {} » ?",
    what_is: "Que désigne « {} » dans le texte ?",
    which_end: "Quelle fin fait de ceci une affirmation du texte ? « {} … »",
    which_statement: "Que dit le texte de « {} » ?",
    which_said: "Laquelle de ces affirmations est celle du texte ?",
    which_reason: "Quelle raison le texte donne-t-il de ceci ? « {} »",
    which_listed: "Lequel de ces éléments le texte énumère-t-il ici ? « {} »",
    which_unlisted: "Lequel de ces éléments le texte n’énumère-t-il pas ici ? « {} »",
    which_first: "Lequel de ces éléments vient en premier ? « {} »",
    which_next: "Qu’est-ce qui vient juste après « {} » ? « {} »",
    listed: "Le texte énumère : {}",
    listed_elsewhere: "Le texte l’énumère ailleurs : {}",
    explain: "Que désigne « {} » dans le texte ? Expliquez-le avec vos propres mots.",
    tell: "Que dit le texte de « {} » ? Répondez avec vos propres mots.",
    right: "Le texte dit : {}",
    says_of: "À propos de « {} », le texte dit : {}",
    differs: "Le texte dit {} : {}",
    not: "« {} », et non « {} »",
    missing: "« {} », qui manque ici",
    reason_of: "Le texte donne cette raison pour autre chose : {}",
    told_of_other: "Le texte le dit d’autre chose : {}",
    compare: "À comparer : {}",
    look_under: "Voir sous « {} » {}.",
    look_at: "Relire le texte {}.",
    central: "Le texte revient sans cesse à « {} » : {} de ses {} phrases en parlent.",
    outcome: "Ensuite, vous pouvez dire ce que le texte entend par {}.",
    and: "et",
    marks: ["« ", " »"],
};

static SPANISH: Phrases = Phrases {
    which_term: "¿Qué término usa el texto aquí? «{}»",
    what_called: "¿Cómo llama el texto a «{}»?",
    what_is: "¿Qué entiende el texto por «{}»?",
    which_end: "¿Con qué final es esto una afirmación del texto? «{} …»",
    which_statement: "¿Qué dice el texto sobre «{}»?",
    which_said: "¿Cuál de estas afirmaciones hace el texto?",
    which_reason: "¿Qué razón da el texto de esto? «{}»",
    which_listed: "¿Cuál de estos elementos enumera aquí el texto? «{}»",
    which_unlisted: "¿Cuál de estos elementos no enumera aquí el texto? «{}»",
    which_first: "¿Cuál de estos elementos va primero? «{}»",
    which_next: "¿Qué viene justo después de «{}»? «{}»",
    listed: "El texto enumera: {}",
    listed_elsewhere: "El texto lo enumera en otro lugar: {}",
    explain: "¿Qué es «{}» según el texto? Explícalo con tus propias palabras.",
    tell: "¿Qué dice el texto de «{}»? Responde con tus propias palabras.",
    right: "El texto dice: {}",
    says_of: "Sobre «{}», el texto dice: {}",
    differs: "El texto dice {}: {}",
    not: "«{}», no «{}»",
    missing: "«{}», que falta aquí",
    reason_of: "El texto da esta razón de otra cosa: {}",
    told_of_other: "El texto lo dice de otra cosa: {}",
    compare: "Para comparar: {}",
    look_under: "Mira en «{}» {}.",
    look_at: "Vuelve a leer el texto {}.",
    central: "El texto vuelve una y otra vez a «{}»: {} de sus {} frases hablan de ello.",
    outcome: "Después podrás decir qué entiende el texto por {}.",
    and: "y",
    marks: ["«", "»"],
};

static JAPANESE: Phrases = Phrases {
    which_term: "本文の次の文の空欄に入る用語はどれですか。「{}」",
    what_called: "本文で「{}」と説明されている用語はどれですか。",
    what_is: "本文では「{}」とは何のことですか。",
    which_end: "本文の記述になるように続けると、どれが正しいですか。「{} …」",
    which_statement: "「{}」について本文が述べているのはどれですか。",
    which_said: "本文が述べているのはどれですか。",
    which_reason: "本文が次のことの理由として挙げているのはどれですか。「{}」",
    which_listed: "本文がここで挙げているのはどれですか。「{}」",
    which_unlisted: "本文がここで挙げていないのはどれですか。「{}」",
    which_first: "最初に来るのはどれですか。「{}」",
    which_next: "「{}」の次に来るのはどれですか。「{}」",
    listed: "本文の列挙：{}",
    listed_elsewhere: "本文では別の箇所で挙げられています：{}",
    explain: "「{}」とは何かを、本文に基づいて自分の言葉で説明してください。",
    tell: "「{}」について本文は何と述べていますか。自分の言葉で答えてください。",
    right: "本文の記述：{}",
    says_of: "「{}」についての本文の記述：{}",
    differs: "本文では{}です：{}",
    not: "「{}」（「{}」ではない）",
    missing: "「{}」（ここには欠けている）",
    reason_of: "本文では別のことの理由です：{}",
    told_of_other: "本文では別のことについての記述です：{}",
    compare: "参考：{}",
    look_under: "「{}」の節を見てください {}。",
    look_at: "本文をもう一度見てください {}。",
    central: "本文は「{}」を繰り返し取り上げています（{}文／全{}文）。",
    outcome: "{}の意味を説明できるようになります。",
    and: "、",
    marks: ["「", "」"],
};

impl Phrases {
    /// The phrases for texts in a language; English for those unknown.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::German => &GERMAN,
            Language::French => &FRENCH,
            Language::Spanish => &SPANISH,
            Language::Japanese => &JAPANESE,
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
