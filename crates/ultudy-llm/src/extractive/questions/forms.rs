//! In which form a term can stand in a gap: neither article nor number nor capital may tell
//! the right answer from the wrong ones.

use std::ops::Range;

use super::Maker;
use crate::extractive::inflection;
use crate::extractive::language::{Language, is_cjk};
use crate::extractive::mentions::Mention;
use crate::extractive::quotes::{GAP, escaped};
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::Role;

/// Mentions looked at for a form of a term.
const FORMS_MAX: usize = 40;
/// Adjectives between an article and its noun.
const ADJECTIVES_MAX: usize = 3;
/// Longer by this many characters and by this factor, a name is told by its length.
const LONGER: (usize, usize) = (10, 3);

/// What a gap wants of the word that fills it.
pub(super) struct Gap<'a> {
    /// How the right answer is written there.
    pub model: &'a str,
    /// Whether it opens the sentence.
    at_head: bool,
    /// The article before it.
    pub article: Option<String>,
    /// Whether it is a property.
    property: bool,
    /// Whether nothing stands around it.
    free: bool,
}

impl<'a> Gap<'a> {
    /// The gap at a place of a sentence.
    pub(super) fn at(
        maker: &Maker<'_>,
        sentence: &'a Sentence,
        place: &Range<usize>,
        property: bool,
    ) -> Option<Self> {
        Some(Self {
            model: sentence.written(place)?,
            at_head: place.start == 0,
            article: maker.article(sentence, place.start),
            property,
            free: false,
        })
    }

    /// A place of its own for a name.
    pub(super) fn free(name: &'a str, property: bool) -> Self {
        Self {
            model: name,
            at_head: false,
            article: None,
            property,
            free: true,
        }
    }
}

impl Maker<'_> {
    /// The article of the noun at `at`, in lower case; adjectives may stand between.
    pub(super) fn article(&self, sentence: &Sentence, at: usize) -> Option<String> {
        let words = &sentence.words;
        let grammar = &self.study.text.lexicon.grammar;
        let mut place = at;
        for _ in 0..=ADJECTIVES_MAX {
            let here = words.get(place)?;
            let before = words.get(place.checked_sub(1)?)?;
            if !here.joined {
                return None;
            }
            if grammar.is_determiner(before) {
                return Some(sentence.plain[before.range.clone()].to_lowercase());
            }
            let adjective = matches!(before.role, Role::Content | Role::Weak) && !before.capital;
            if !adjective {
                return None;
            }
            place -= 1;
        }
        None
    }

    /// A term as it can stand in the gap, as Markdown; none where the text never writes it
    /// in a form that fits; one that is not `agreeing` may be of a gender that the text does
    /// not show.
    pub(super) fn form_in(&self, gap: &Gap<'_>, term: &Term, agreeing: bool) -> Option<String> {
        let forms = self.forms(term);
        let mut written: Vec<&str> = forms.iter().map(|(form, _)| *form).collect();
        written.insert(0, &term.name);
        if self.study.text.lexicon.language == Language::German {
            // The nominative singular is the shortest: “Dreieck”, “reguläre Fläche”.
            written.sort_by_key(|form| form.chars().count());
        }
        written
            .into_iter()
            .filter(|form| self.is_plural(form) == self.is_plural(gap.model))
            .filter(|form| {
                let german = self.study.text.lexicon.language == Language::German;
                !german || is_oblique(gap.model) || !is_oblique(form)
            })
            .filter(|form| is_as_long(form, gap.model) && is_code(form) == is_code(gap.model))
            .filter(|form| form.contains(is_cjk) == gap.model.contains(is_cjk))
            .filter(|form| {
                gap.property
                    || gap.free
                    || match agreeing {
                        true => self.agrees(gap, form, &forms),
                        false => !self.clashes(gap, term, &forms),
                    }
            })
            .find_map(|form| self.cased(gap, term, form))
    }

    /// Whether a German term stands in the gap in another form than its first, which other
    /// terms need not have: “in ähnlichen *Dreiecken*”.
    pub(super) fn is_declined(&self, gap: &Gap<'_>, term: &Term) -> bool {
        let length = |form: &str| form.chars().count();
        self.study.text.lexicon.language == Language::German
            && !gap.property
            && self
                .forms(term)
                .iter()
                .any(|(form, _)| length(form) < length(gap.model))
    }

    /// How a term is written, where.
    fn forms<'t>(&'t self, term: &'t Term) -> Vec<(&'t str, &'t Mention)> {
        let mentions = term.mentions.iter().take(FORMS_MAX);
        let forms = mentions.filter_map(|mention| {
            let sentence = self.study.sentence(mention.sentence);
            Some((sentence.written(&mention.words)?, mention))
        });
        forms.collect()
    }

    pub(super) fn is_plural(&self, form: &str) -> bool {
        let language = self.study.text.lexicon.language;
        let last = form
            .rsplit([' ', '-'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        match language {
            Language::English => {
                let plural = inflection::reduce(&last, language).is_some_and(|one| one != last);
                plural && !last.ends_with("ics")
            }
            // “processus”, “fotosíntesis”
            Language::French => {
                last.ends_with(['s', 'x']) && !last.ends_with("us") && !last.ends_with("is")
            }
            Language::Spanish => last.ends_with('s') && !last.ends_with("is"),
            _ => false,
        }
    }

    /// A form with the capital of the right answer, as Markdown.
    fn cased(&self, gap: &Gap<'_>, term: &Term, form: &str) -> Option<String> {
        let upper = |text: &str| text.starts_with(char::is_uppercase);
        // “metrischer Raum” beside “Kugel”: what is a noun was seen to before.
        let german = self.study.text.lexicon.language == Language::German;
        let as_it_is = german && !gap.at_head;
        if upper(form) == upper(gap.model) || as_it_is {
            return Some(escaped(form));
        }
        if gap.at_head && upper(gap.model) {
            return Some(escaped(&with_first(form, |first| {
                first.to_uppercase().collect()
            })));
        }
        let by_place = upper(form) && term.mentions.iter().all(|mention| mention.words.start == 0);
        if by_place && !german && !is_acronym(form) {
            return Some(escaped(&with_first(form, |first| {
                first.to_lowercase().collect()
            })));
        }
        gap.free.then(|| escaped(form))
    }
}

/// “a” or “an” before a gap would tell how the answer begins.
pub(super) fn with_open_articles(gapped: &str) -> String {
    let mut open = gapped.to_owned();
    for (article, either) in [("an", "a(n)"), ("a", "a(n)"), ("An", "A(n)"), ("A", "A(n)")] {
        let written = format!(" {article} {GAP}");
        open = open.replace(&written, &format!(" {either} {GAP}"));
        if let Some(rest) = open.strip_prefix(written.trim_start()) {
            open = format!("{either} {GAP}{rest}");
        }
    }
    open
}

pub(super) fn with_first(text: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(change).unwrap_or_default();
    first + characters.as_str()
}

fn is_acronym(form: &str) -> bool {
    form.chars().nth(1).is_some_and(char::is_uppercase)
}

/// Whether a German name has an adjective as it stands behind “der” in other cases than the
/// nominative: “regulären Fläche”.
fn is_oblique(form: &str) -> bool {
    let oblique = |word: &str| {
        let adjective = word.starts_with(char::is_lowercase);
        adjective && ["en", "em"].iter().any(|ending| word.ends_with(ending))
    };
    form.rsplit(' ').skip(1).any(oblique)
}

/// Whether a name is written as those in programs are.
fn is_code(form: &str) -> bool {
    let camel = form.chars().skip(1).any(char::is_uppercase) && form.contains(char::is_lowercase);
    form.contains(['_', '!', '?', '*', '(']) || (camel && !form.contains(' '))
}

fn is_as_long(form: &str, model: &str) -> bool {
    let [form, model] = [form, model].map(|text| text.chars().count());
    form.abs_diff(model) <= LONGER.0 || form.max(model) <= form.min(model) * LONGER.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_before_a_gap_does_not_tell_how_the_answer_begins() {
        let open = |sentence: &str| with_open_articles(&sentence.replace("___", GAP));
        let expected = |sentence: &str| sentence.replace("___", GAP);
        assert_eq!(open("An ___ is a list."), expected("A(n) ___ is a list."));
        assert_eq!(
            open("It is a ___ or an ___ of a kind."),
            expected("It is a(n) ___ or a(n) ___ of a kind.")
        );
        assert_eq!(open("Data ___ are lost."), expected("Data ___ are lost."));
    }
}
