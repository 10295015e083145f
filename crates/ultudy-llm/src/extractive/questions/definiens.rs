//! Where in a sentence the term stands and where what the sentence says it is.

use std::ops::Range;

use super::genus::Genus;
use super::headnoun;
use crate::extractive::language::Language;
use crate::extractive::lexicon::Lexicon;
use crate::extractive::telling;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// Words of a term's tail at most: “derivative *of a function at a point*”.
const TAIL_MAX: usize = 10;
/// Words before the comma of an opening such as “In algebra,”.
const OPENING_MAX: usize = 4;
/// Words that carry meaning in what says what a term is, at least.
const MEANING_MIN: usize = 3;

/// How a sentence says what a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// “A *group* is a set that …”, “A set that … is called a *group*”.
    Is,
    /// “A set is called *open* if …”.
    If,
    /// “A *queue* consists of …”.
    Does,
}

/// A sentence taken apart; ranges are bytes of what a reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub form: Form,
    /// The term with what hangs on it.
    pub subject: Range<usize>,
    /// What the term is, as a noun phrase, or the condition, or what it does.
    pub definiens: Range<usize>,
    /// The kind of thing it is, or of what has the property.
    pub genus: Option<Genus>,
    /// Whether the sentence speaks of several.
    pub plural: bool,
    /// Whether the term is a property rather than a thing.
    pub adjective: bool,
}

/// A turn between what defines and the term, and what follows the term.
struct Turn {
    before: &'static str,
    after: &'static str,
    plural: bool,
}

const fn turn(before: &'static str, after: &'static str, plural: bool) -> Turn {
    Turn {
        before,
        after,
        plural,
    }
}

/// The grammar of definitions in one language.
struct Turns {
    /// “is”, “are” with what may stand before the noun phrase.
    copulas: &'static [(&'static str, bool)],
    fillers: &'static [&'static str],
    /// Verbs that say otherwise what a term is.
    verbs: &'static [&'static str],
    /// The definiens stands before the term.
    named: &'static [Turn],
    /// The term stands before the definiens, but is no subject: “By X we mean Y”.
    meant: &'static [Turn],
    /// Opens a condition.
    conditions: &'static [&'static str],
    /// Says that a name is one of several.
    also: &'static [&'static str],
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

/// A sentence with the term it is read for.
struct Reader<'a> {
    sentence: &'a Sentence,
    lexicon: &'a Lexicon,
    turns: &'static Turns,
    place: Range<usize>,
    /// Where the term ends, an explanation of it in brackets included.
    end: usize,
    /// The first word of the sentence that has the term, where a quotation has several.
    head: usize,
}

/// Reads a sentence as a definition of the term at `place`.
pub(super) fn read(
    sentence: &Sentence,
    place: &Range<usize>,
    lexicon: &Lexicon,
) -> Option<Reading> {
    let turns = match lexicon.language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Japanese => return super::japanese::read(sentence, place),
        Language::Other => return None,
    };
    let last = sentence.words.get(place.end.checked_sub(1)?)?;
    let reader = Reader {
        sentence,
        lexicon,
        turns,
        place: place.clone(),
        end: after_bracket(&sentence.plain, last.range.end),
        head: head(sentence, place.start),
    };
    let found = reader.meant();
    let found = found.or_else(|| reader.named());
    found.or_else(|| reader.predicated())
}

/// Where what stands before a turn ends: “The technique of … | is a method called”.
fn cut_before(lower: &str, turn: &Turn) -> Option<usize> {
    let verb = turn.before.trim_start().split(' ').next()?;
    let cut = if turn.before == " called" {
        lower.rfind(" is a")?
    } else {
        lower.rfind(verb)?
    };
    Some(lower.get(..cut)?.trim_end_matches([' ', ',']).len())
}

/// The place behind a bracket that follows a place: “queue (first in, first out)”.
pub(super) fn after_bracket(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let inner = rest.trim_start();
    let close = match inner.chars().next() {
        Some('(') => ')',
        Some('（') => '）',
        _ => return end,
    };
    let closed = inner.find(close).map(|at| at + close.len_utf8());
    closed.map_or(end, |length| end + rest.len() - inner.len() + length)
}

/// The word after the last full stop before a word.
fn head(sentence: &Sentence, at: usize) -> usize {
    let place = sentence.words.get(at).map_or(0, |word| word.range.start);
    let before = sentence.plain.get(..place).unwrap_or_default();
    let end = before.rfind(". ").unwrap_or(0);
    let head = sentence
        .words
        .partition_point(|word| word.range.start < end);
    head.min(at)
}

impl Reader<'_> {
    fn words(&self) -> &[Word] {
        &self.sentence.words
    }

    fn lower(&self, at: usize) -> Option<String> {
        let word = self.words().get(at)?;
        Some(self.sentence.plain[word.range.clone()].to_lowercase())
    }

    /// Where the sentence ends, without its full stop.
    fn close(&self) -> usize {
        self.sentence.plain.trim_end_matches(['.', ' ']).len()
    }

    /// The first word of the term's noun phrase.
    fn opening(&self) -> usize {
        let words = self.words();
        let mut at = self.place.start;
        while let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) {
            if at == self.head {
                break;
            }
            let opens = self.lexicon.grammar.is_determiner(before);
            if !opens || !words.get(at).is_some_and(|word| word.joined) {
                break;
            }
            at -= 1;
        }
        at
    }

    /// “A *group* is a set that …”.
    fn predicated(&self) -> Option<Reading> {
        let words = self.words();
        let opening = self.opening();
        let plain_opening = opening == self.head || self.is_set_off(opening);
        let backward = words
            .get(opening)
            .is_some_and(|word| self.is_backward(word));
        if !plain_opening || backward {
            return None;
        }
        let verb = self.verb()?;
        let before = self.sentence.plain.get(..words.get(verb)?.range.start)?;
        let subject = words.get(self.place.start)?.range.start..before.trim_end().len();
        let written = self.lower(verb)?;
        let copula = self.turns.copulas.iter().find(|(form, _)| *form == written);
        let Some(&(_, plural)) = copula else {
            // “The inequality means …” says what one of them means.
            let one = matches!(
                written.as_str(),
                "means" | "bedeutet" | "signifie" | "significa"
            );
            if one && opening < self.place.start {
                return None;
            }
            return Some(Reading {
                form: Form::Does,
                subject,
                definiens: words.get(verb)?.range.start..self.close(),
                genus: None,
                plural: false,
                adjective: false,
            });
        };
        let from = (verb + 1..words.len()).find(|&at| {
            let filler = self.lower(at);
            !filler.is_some_and(|word| self.turns.fillers.contains(&word.as_str()))
        })?;
        self.phrase(from, self.close(), subject, plural)
    }

    /// “In algebra, a …”: whether the noun phrase follows a short opening.
    fn is_set_off(&self, opening: usize) -> bool {
        let words = self.words();
        let parted = words.get(opening).is_some_and(|word| !word.joined);
        let set_off = words.get(self.head).is_some_and(|word| {
            let grammar = &self.lexicon.grammar;
            let preposition = grammar.precedes_nouns(word) && !grammar.is_determiner(word);
            // “Abstractly, a …”
            preposition || self.sentence.plain[word.range.clone()].ends_with("ly")
        });
        parted && set_off && opening <= self.head + OPENING_MAX
    }

    fn is_backward(&self, word: &Word) -> bool {
        self.lexicon.grammar.is_backward(word)
    }

    /// The verb of which the term with its tail is the subject.
    fn verb(&self) -> Option<usize> {
        let words = self.words();
        let first = words.partition_point(|word| word.range.start < self.end);
        let verbs = |written: &str| {
            self.turns.copulas.iter().any(|(form, _)| *form == written)
                || self.turns.verbs.contains(&written)
        };
        for at in first..words.len().min(first + TAIL_MAX) {
            let word = words.get(at)?;
            let written = self.lower(at)?;
            if verbs(&written) {
                return Some(at);
            }
            let tail = word.role != Role::Stop || self.lexicon.grammar.precedes_nouns(word);
            let begins_tail = at > first || self.lexicon.grammar.precedes_nouns(word);
            let letter = word.role == Role::Symbol;
            // “Saying that x is …” says nothing of saying.
            let clause = matches!(written.as_str(), "that" | "which");
            if !tail || clause || !(begins_tail || letter) || !(word.joined || at == first) {
                return None;
            }
        }
        None
    }

    /// A reading whose definiens is the noun phrase from one word to a byte.
    fn phrase(
        &self,
        from: usize,
        to: usize,
        subject: Range<usize>,
        plural: bool,
    ) -> Option<Reading> {
        let words = self.words();
        let first = words.get(from)?;
        let end = words.partition_point(|word| word.range.end <= to);
        let phrase = words.get(from..end)?;
        let article = self.lexicon.grammar.is_determiner(first) && !self.is_backward_only(first);
        let participle = self.lower(from)?.ends_with("ed");
        let superlative = phrase.get(1).is_some_and(|word| {
            let written = &self.sentence.plain[word.range.clone()];
            matches!(written, "most" | "least" | "only" | "best")
        });
        let bare = plural && first.role != Role::Stop && !participle;
        let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
        let grammar = &self.lexicon.grammar;
        let told = |word: &Word| word.role == Role::Stop && !grammar.is_determiner(word);
        let enough = MEANING_MIN - usize::from(phrase.iter().skip(1).any(told));
        if !(article || bare) || superlative || phrase.iter().filter(means).count() < enough {
            return None;
        }
        if from > 0 && !telling::says_what(self.sentence, from, self.lexicon) {
            return None;
        }
        let noun = headnoun::of(&self.sentence.plain, phrase, self.lexicon)?;
        if self.is_parted(phrase) {
            return None;
        }
        Some(Reading {
            form: Form::Is,
            subject,
            definiens: first.range.start..to,
            genus: Some(Genus::of(noun, self.lexicon.language)),
            plural,
            adjective: false,
        })
    }

    /// Whether another statement follows in the same sentence: “is a process, but assume …”.
    fn is_parted(&self, phrase: &[Word]) -> bool {
        const PARTING: [&str; 22] = [
            "since", "as", "da", "denn", "puisque", "ya", "but", "so", "although", "though",
            "because", "and", "however", "aber", "weil", "doch", "mais", "car", "pero", "porque",
            "aunque", "sondern",
        ];
        let (Some(first), Some(last)) = (phrase.first(), phrase.last()) else {
            return true;
        };
        let between = |word: &Word| {
            let before = self.sentence.plain[..word.range.start].trim_end();
            let written = self.sentence.plain[word.range.clone()].to_lowercase();
            before.ends_with(',') && PARTING.contains(&written.as_str())
        };
        let text = self.sentence.plain.get(first.range.start..last.range.end);
        text.is_none_or(|text| text.contains([';', ':'])) || phrase.iter().any(between)
    }

    /// Whether a word points back; in German, articles are listed so too.
    fn is_backward_only(&self, word: &Word) -> bool {
        self.lexicon.language == Language::English && self.is_backward(word)
    }

    /// “By *recursion* we mean …”.
    fn meant(&self) -> Option<Reading> {
        let plain = &self.sentence.plain;
        let words = self.words();
        let opening = words.get(self.opening())?.range.start;
        let before = plain.get(..opening)?.trim().to_lowercase();
        let before = before.rsplit([',', '.']).next()?.trim();
        let rest = plain.get(self.end..)?;
        let turn = self.turns.meant.iter().find(|turn| {
            let follows = rest.trim_start().strip_prefix(turn.after);
            turn.before == before
                && follows.is_some_and(|rest| turn.after.is_empty() || rest.starts_with(' '))
        })?;
        let start = self.end + rest.len() - rest.trim_start().len() + turn.after.len();
        let from = words.partition_point(|word| word.range.start < start);
        let subject = words.get(self.place.start)?.range.start..self.end;
        self.phrase(from, self.close(), subject, turn.plural)
    }

    /// “A set that … is called a *group*”, “A set is called *open* if …”.
    fn named(&self) -> Option<Reading> {
        const COPULAS: [&str; 6] = [
            " is",
            " are",
            " est",
            " es",
            " ist genau dann",
            " sind genau dann",
        ];
        let plain = &self.sentence.plain;
        let words = self.words();
        // “heißt G eine *Gruppe*, wenn”: the letter is what is called so.
        let opening = self.opening();
        let letters = words.get(self.head..opening)?.iter().rev();
        let letters = letters.take_while(|word| word.role == Role::Symbol).count();
        let before = plain.get(..words.get(opening - letters)?.range.start)?;
        let before = before.trim_end_matches([' ', '(']);
        let lower = before.to_lowercase();
        let rest = plain.get(self.end..)?;
        let ends = |turn: &&Turn| {
            lower.len() == before.len()
                && lower.ends_with(turn.before)
                && rest.trim_start().starts_with(turn.after)
        };
        let (also, turn) = match self.turns.named.iter().find(ends) {
            Some(turn) => (false, turn),
            None => (true, self.also_named(&lower, rest)?),
        };
        let end = cut_before(&lower, turn)?;
        let after = self.end + rest.len() - rest.trim_start().len() + turn.after.len();
        let subject = words.get(self.place.start)?.range.start..self.end;
        let adjective = opening == self.place.start && self.is_adjective(turn);
        let article = opening < self.place.start;
        if let Some(condition) = self.condition(after)
            && !(article && COPULAS.contains(&turn.before))
        {
            let head = words.get(..words.partition_point(|word| word.range.end <= end))?;
            let genus = headnoun::of(plain, head, self.lexicon)
                .map(|noun| Genus::of(noun, self.lexicon.language));
            return Some(Reading {
                form: Form::If,
                subject,
                definiens: condition..self.close(),
                genus,
                plural: turn.plural,
                adjective,
            });
        }
        if COPULAS.contains(&turn.before) {
            return None;
        }
        if letters > 0 || self.is_one_of_its_section(end) {
            return None;
        }
        if self.head > 0 {
            return self.joined(end, subject, turn.plural, adjective);
        }
        let rest = plain.get(after..)?.trim_start_matches(['”', '"']);
        let ended = rest.starts_with(',') || rest.trim_matches(['.', ' ']).is_empty();
        if !ended || !self.begins_phrase() {
            return None;
        }
        let mut reading = self.phrase_at_head(end, subject, turn.plural)?;
        let told = words.iter().take_while(|word| word.range.end <= end);
        // In German “der” tells more of a noun only after a comma.
        let german = self.lexicon.language == Language::German;
        let tells = told
            .skip(2)
            .any(|word| self.lexicon.grammar.extends_nouns(word) && !(german && word.joined));
        reading.adjective = adjective;
        (tells || !also).then_some(reading)
    }

    /// “The final form is called”: which form, its section knows.
    fn is_one_of_its_section(&self, end: usize) -> bool {
        let words = self.words();
        let to = words.partition_point(|word| word.range.end <= end);
        let phrase = words.get(self.head..to).unwrap_or_default();
        let extended = phrase
            .iter()
            .skip(1)
            .any(|word| self.lexicon.grammar.extends_nouns(word));
        self.lexicon.language == Language::English
            && self.lower(self.head).is_some_and(|word| word == "the")
            && !extended
    }

    /// “… waits for the other. This situation is called a *deadlock*.”
    fn joined(
        &self,
        end: usize,
        subject: Range<usize>,
        plural: bool,
        adjective: bool,
    ) -> Option<Reading> {
        let words = self.words();
        let to = words.partition_point(|word| word.range.end <= end);
        let last = words.get(self.head..to)?;
        let genus = headnoun::of(&self.sentence.plain, last, self.lexicon)
            .map(|noun| Genus::of(noun, self.lexicon.language));
        let backward = last.first().is_some_and(|word| self.is_backward(word));
        backward.then_some(Reading {
            form: Form::Does,
            subject,
            definiens: 0..end,
            genus,
            plural,
            adjective,
        })
    }

    /// A turn with “also” in it.
    fn also_named(&self, lower: &str, rest: &str) -> Option<&'static Turn> {
        self.turns.named.iter().find(|turn| {
            let (verb, name) = turn.before.rsplit_once(' ').unwrap_or((turn.before, ""));
            self.turns.also.iter().any(|also| {
                let english = format!("{verb} {also} {name}");
                let german = format!("{} {also}", turn.before);
                lower.ends_with(&english) || lower.ends_with(&german)
            }) && rest.trim_start().starts_with(turn.after)
        })
    }

    /// Whether the sentence opens with a noun phrase and nothing else.
    fn begins_phrase(&self) -> bool {
        let grammar = &self.lexicon.grammar;
        self.words().first().is_some_and(|word| {
            let article = grammar.is_determiner(word) && !self.is_backward_only(word);
            article || word.role != Role::Stop
        })
    }

    fn phrase_at_head(&self, to: usize, subject: Range<usize>, plural: bool) -> Option<Reading> {
        let bare = self.words().first()?.role != Role::Stop;
        let mut reading = self.phrase(0, to, subject, plural || bare)?;
        reading.plural = plural;
        Some(reading)
    }

    /// Whether the name after a turn is a property: “is said to be”, and in German what has
    /// no capital.
    fn is_adjective(&self, turn: &Turn) -> bool {
        let last = self.words().get(self.place.end - 1);
        match self.lexicon.language {
            Language::German => last.is_some_and(|word| !word.capital),
            Language::English => {
                turn.before.ends_with("said to be") || self.condition(self.end).is_some()
            }
            _ => turn.before.contains(" dit") || self.condition(self.end).is_some(),
        }
    }

    /// Where a condition begins that follows the term and its tail.
    fn condition(&self, after: usize) -> Option<usize> {
        let words = self.words();
        let from = words.partition_point(|word| word.range.start < after);
        let opens = |at: &usize| {
            let opening = self.lower(*at);
            opening.is_some_and(|word| self.turns.conditions.contains(&word.as_str()))
        };
        let at = (from..words.len().min(from + TAIL_MAX)).find(opens)?;
        let tail = words.get(from..at)?;
        let grammar = &self.lexicon.grammar;
        let begun = tail.first().is_none_or(|word| word.joined);
        let plain_tail = begun && !tail.iter().any(|word| grammar.is_verb(word));
        plain_tail.then_some(words.get(at)?.range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::super::gloss::words_within;
    use super::*;
    use crate::extractive::sample::text;

    /// Form, subject and definiens of the sentence that defines `term`.
    fn reading(markdown: &str, term: &str) -> Option<(Form, String, String)> {
        let text = text(markdown);
        let sentence = text.sentences.first()?;
        let start = sentence.plain.find(term)?;
        let from = sentence
            .words
            .partition_point(|word| word.range.start < start);
        let within = words_within(&sentence.words, &(start..start + term.len()));
        let reading = read(sentence, &(from..from + within.len()), &text.lexicon)?;
        let written = |range: Range<usize>| sentence.plain[range].to_owned();
        Some((
            reading.form,
            written(reading.subject),
            written(reading.definiens),
        ))
    }

    #[test]
    fn what_a_term_is_is_cut_out_of_its_definition() {
        for (markdown, term, subject, definiens) in [
            (
                "In algebra, a group is a set with an operation that can be undone.",
                "group",
                "group",
                "a set with an operation that can be undone",
            ),
            (
                "The slope of a line at a point is the rate at which the line climbs there.",
                "slope",
                "slope of a line at a point",
                "the rate at which the line climbs there",
            ),
            (
                "A queue (first in, first out) is a list from which the oldest item leaves first.",
                "queue",
                "queue (first in, first out)",
                "a list from which the oldest item leaves first",
            ),
            (
                "The reading of a value before it was written is known as a hazard.",
                "hazard",
                "hazard",
                "The reading of a value before it was written",
            ),
            (
                "The art of hiding how data are kept is a method called data abstraction.",
                "data abstraction",
                "data abstraction",
                "The art of hiding how data are kept",
            ),
            (
                "Unter einer Moräne versteht man den Schutt, der vor einem Gletscher liegt.",
                "Moräne",
                "Moräne",
                "den Schutt, der vor einem Gletscher liegt",
            ),
            (
                "Die Stelle, an der ein Fluss ins Meer mündet, wird Mündung genannt.",
                "Mündung",
                "Mündung",
                "Die Stelle, an der ein Fluss ins Meer mündet",
            ),
            (
                "On appelle glacier une masse de glace qui descend lentement une pente.",
                "glacier",
                "glacier",
                "une masse de glace qui descend lentement une pente",
            ),
            (
                "Se llama glaciar a una masa de hielo que baja despacio por una ladera.",
                "glaciar",
                "glaciar",
                "una masa de hielo que baja despacio por una ladera",
            ),
            (
                "氷河とは、自分の重さでゆっくりと流れる氷の塊である。",
                "氷河",
                "氷河",
                "自分の重さでゆっくりと流れる氷の塊",
            ),
            (
                "川が海に流れ込むところにできる平地を三角州と呼ぶ。",
                "三角州",
                "三角州",
                "川が海に流れ込むところにできる平地",
            ),
        ] {
            let expected = (Form::Is, subject.to_owned(), definiens.to_owned());
            assert_eq!(reading(markdown, term), Some(expected), "{markdown}");
        }
    }

    #[test]
    fn a_property_is_told_by_its_condition() {
        for (markdown, term, condition) in [
            (
                "A map is said to be continuous if it keeps near points near each other.",
                "continuous",
                "if it keeps near points near each other",
            ),
            (
                "Eine Menge heißt offen, wenn sie um jeden Punkt noch eine Kugel enthält.",
                "offen",
                "wenn sie um jeden Punkt noch eine Kugel enthält",
            ),
            (
                "Ist G eine stetige Menge, so heißt G eine Gruppe in X, wenn sie eine Eins hat.",
                "Gruppe",
                "wenn sie eine Eins hat",
            ),
            (
                "Eine Menge ist genau dann kompakt, wenn sie beschränkt und auch abgeschlossen ist.",
                "kompakt",
                "wenn sie beschränkt und auch abgeschlossen ist",
            ),
        ] {
            let read = reading(markdown, term).map(|(form, _, definiens)| (form, definiens));
            assert_eq!(read, Some((Form::If, condition.to_owned())), "{markdown}");
        }
    }

    #[test]
    fn what_is_said_in_passing_is_no_definition() {
        for (markdown, term) in [
            (
                "A deadlock is always a danger where two tasks share two resources.",
                "deadlock",
            ),
            (
                "Saying that the sea is a mirror of the sky is what poets like to do.",
                "Saying",
            ),
            (
                "The compiler is the most subtle part of the whole system that we built.",
                "compiler",
            ),
            (
                "Because it is a list with two ends, it is called a queue by the others.",
                "queue",
            ),
            (
                "Glatte Kurven der zweiten Klasse werden auch sanft genannt.",
                "sanft",
            ),
            ("実装は非常にシンプルである。", "実装"),
        ] {
            assert_eq!(reading(markdown, term), None, "{markdown}");
        }
    }
}
