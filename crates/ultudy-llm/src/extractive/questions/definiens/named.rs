//! Definitions in which the name comes last: “A set that … is called a *group*”.

use std::ops::Range;

use super::super::genus::Genus;
use super::super::headnoun;
use super::turns::Turn;
use super::{Form, Reader, Reading, TAIL_MAX};
use crate::extractive::language::Language;
use crate::extractive::word::{Role, Word};

/// Turns that name only before a condition: “A set is open if …”.
const COPULAS: [&str; 6] = [
    " is",
    " are",
    " est",
    " es",
    " ist genau dann",
    " sind genau dann",
];

/// How a sentence names the term.
struct Naming {
    turn: &'static Turn,
    /// Whether the name is one of several.
    also: bool,
    /// Whether a letter stands before the name, which is what is called so.
    letter: bool,
    /// Whether the name has an article.
    article: bool,
    /// Where what is named ends, and where the turn does.
    end: usize,
    after: usize,
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

impl Reader<'_> {
    /// “A set that … is called a *group*”, “A set is called *open* if …”.
    pub(super) fn named(&self) -> Option<Reading> {
        let naming = self.naming()?;
        let words = self.words();
        let subject = words.get(self.place.start)?.range.start..self.end;
        let adjective = !naming.article && self.is_adjective(naming.turn);
        let copula = COPULAS.contains(&naming.turn.before);
        if let Some(condition) = self.condition(naming.after)
            && !(naming.article && copula)
        {
            return Some(Reading {
                form: Form::If,
                subject,
                definiens: condition..self.close(),
                genus: self.kind_of(self.named_at(naming.end)),
                plural: naming.turn.plural,
                adjective,
            });
        }
        if copula || naming.letter || self.is_one_of_its_section(naming.end) {
            return None;
        }
        if self.head > 0 {
            return self.joined(&naming, subject, adjective);
        }
        let rest = self.sentence.plain.get(naming.after..)?;
        let rest = rest.trim_start_matches(['”', '"']);
        let ended = rest.starts_with(',') || rest.trim_matches(['.', ' ']).is_empty();
        if !ended || !self.begins_phrase() || (naming.also && !self.tells(naming.end)) {
            return None;
        }
        let mut reading = self.phrase_at_head(naming.end, subject, naming.turn.plural)?;
        reading.adjective = adjective;
        Some(reading)
    }

    /// The turn that names the term.
    fn naming(&self) -> Option<Naming> {
        let plain = &self.sentence.plain;
        let words = self.words();
        // “heißt G eine *Gruppe*, wenn”
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
        Some(Naming {
            turn,
            also,
            letter: letters > 0,
            article: opening < self.place.start,
            end: cut_before(&lower, turn)?,
            after: self.end + rest.len() - rest.trim_start().len() + turn.after.len(),
        })
    }

    /// The words that say what is named, which ends at a byte; of a letter those that
    /// introduce it: “Sei *r : X → A eine Abbildung*. … r heißt”.
    fn named_at(&self, end: usize) -> &[Word] {
        let words = self.words();
        let letter = words
            .get(self.head)
            .filter(|word| word.role == Role::Symbol);
        let same = |word: &&Word| {
            let text = |word: &Word| self.sentence.plain.get(word.range.clone());
            letter.is_some_and(|letter| text(letter) == text(word))
        };
        let introduced = words.iter().take(self.head).position(|word| same(&word));
        self.words_to(introduced.unwrap_or(0), end)
    }

    /// The words from one to a byte.
    fn words_to(&self, from: usize, end: usize) -> &[Word] {
        let words = self.words();
        let to = words.partition_point(|word| word.range.end <= end);
        words.get(from..to).unwrap_or_default()
    }

    fn kind_of(&self, phrase: &[Word]) -> Option<Genus> {
        let noun = headnoun::of(&self.sentence.plain, phrase, self.lexicon)?;
        Some(Genus::of(noun, self.lexicon.language))
    }

    /// Whether what is named is told by more than its noun; in German “der” tells more of it
    /// only after a comma.
    fn tells(&self, end: usize) -> bool {
        let german = self.lexicon.language == Language::German;
        let told =
            |word: &Word| self.lexicon.grammar.extends_nouns(word) && !(german && word.joined);
        self.words_to(0, end).iter().skip(2).any(told)
    }

    /// “The final form is called”: which form, its section knows.
    fn is_one_of_its_section(&self, end: usize) -> bool {
        let phrase = self.words_to(self.head, end);
        let extended = phrase
            .iter()
            .skip(1)
            .any(|word| self.lexicon.grammar.extends_nouns(word));
        self.lexicon.language == Language::English
            && self.lower(self.head).is_some_and(|word| word == "the")
            && !extended
    }

    /// “… waits for the other. This situation is called a *deadlock*.”
    fn joined(&self, naming: &Naming, subject: Range<usize>, adjective: bool) -> Option<Reading> {
        let last = self.words_to(self.head, naming.end);
        let backward = last.first().is_some_and(|word| self.is_backward(word));
        backward.then_some(Reading {
            form: Form::Does,
            subject,
            definiens: 0..naming.end,
            genus: self.kind_of(last),
            plural: naming.turn.plural,
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
