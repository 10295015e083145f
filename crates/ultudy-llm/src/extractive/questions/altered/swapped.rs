//! Sites at two things that can change places: “turns *programs* into *instructions*”.

use std::ops::Range;

use super::super::Maker;
use super::contrasts::Class;
use super::site::Site;
use crate::extractive::language::Language;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// What a student must know to notice.
const WORTH: u32 = 3;
/// Words between two things that say the same of both, so that they can change places; lower
/// case, parted by `;`.
const MUTUAL: &str = "and;or;equal;equals;equivalent;same;isomorphic;homeomorphic;adjacent;between;\
    versus;alternatively;both;agree;agrees;match;matches;differ;differs;und;oder;gleich;äquivalent;isomorph;homöomorph;zwischen;\
    et;ou;égal;égale;équivalent;entre;y;e;o;u;igual;equivalente";
/// Articles before German nouns of which one may stand for the other.
const SAFE_ARTICLES: [&str; 6] = ["die", "eine", "ein", "einen", "das", "den"];
/// Pairs looked at.
const PAIRS_MAX: usize = 8;

impl Maker<'_> {
    /// The sites at two things of a sentence that the statement names once each, but for the
    /// subject.
    pub(super) fn swapped(
        &self,
        sentence: usize,
        text: &str,
        prose: &[Range<usize>],
        subject: &str,
    ) -> Vec<Site> {
        let whole = self.study.sentence(sentence);
        let named = self.things(sentence, subject);
        let pairs = named.iter().enumerate().flat_map(|(at, left)| {
            let rest = named.get(at + 1..).unwrap_or_default();
            rest.iter().map(move |right| (left, right))
        });
        let pairs = pairs.map(|((_, left), (_, right))| (left, right));
        let pairs = pairs.filter(|(left, right)| self.can_swap(whole, left, right));
        let sites = pairs.take(PAIRS_MAX).filter_map(|(left, right)| {
            let [left, right] = [left, right].map(|words| whole.written(words));
            let (left, right) = (left?, right?);
            let places = vec![once(text, prose, left)?, once(text, prose, right)?];
            (places[0].end <= places[1].start).then(|| Site {
                ways: vec![vec![right.to_owned(), left.to_owned()]],
                places,
                class: Class::Swap,
                weak: false,
                worth: WORTH,
            })
        });
        sites.collect()
    }

    /// The terms in a sentence and their words there, in order, but for those within others
    /// and within the subject.
    pub(super) fn things(&self, sentence: usize, subject: &str) -> Vec<(usize, Range<usize>)> {
        let subject = subject.to_lowercase();
        let mut places: Vec<(usize, Range<usize>)> = Vec::new();
        for (index, term) in self.study.terms.iter().enumerate() {
            let known = subject.contains(&term.name.to_lowercase());
            let mentions = term.mentions.iter();
            let own = mentions.filter(|mention| mention.sentence == sentence && !known);
            places.extend(own.map(|mention| (index, mention.words.clone())));
        }
        places.sort_by_key(|(_, place)| (place.start, std::cmp::Reverse(place.end)));
        let mut kept: Vec<(usize, Range<usize>)> = Vec::new();
        for (index, place) in places {
            if kept.last().is_none_or(|(_, last)| last.end <= place.start) {
                kept.push((index, place));
            }
        }
        kept
    }

    fn can_swap(&self, sentence: &Sentence, left: &Range<usize>, right: &Range<usize>) -> bool {
        match self.study.text.lexicon.language {
            Language::English | Language::German => {
                let alike = self.stand_alike(sentence, left, right);
                alike && self.is_directed(sentence, left.end..right.start)
            }
            _ => false,
        }
    }

    /// Whether two things are whole noun phrases of one number behind the same article.
    fn stand_alike(&self, sentence: &Sentence, left: &Range<usize>, right: &Range<usize>) -> bool {
        let lexicon = &self.study.text.lexicon;
        let word = |at: usize| sentence.words.get(at);
        let before = |place: &Range<usize>| place.start.checked_sub(1).and_then(word);
        let carries = |word: &Word| matches!(word.role, Role::Content | Role::Weak | Role::Symbol);
        let written = |word: &Word| sentence.plain[word.range.clone()].to_lowercase();
        let article = |place: &Range<usize>| {
            let article = before(place).filter(|word| lexicon.grammar.is_determiner(word));
            article.map(written)
        };
        let alone = |place: &Range<usize>| {
            let opened = before(place).is_none_or(|word| !carries(word));
            let follows = word(place.end).is_some_and(|next| next.joined && carries(next));
            let joined = word(place.start).is_some_and(|first| first.joined) || place.start == 0;
            opened && !follows && joined
        };
        let [own, other] = [left, right].map(article);
        let number = [left, right].map(|place| {
            let written = sentence.written(place).unwrap_or_default();
            (
                self.is_plural(written),
                written.starts_with(char::is_uppercase),
            )
        });
        let safe = lexicon.language != Language::German
            || own
                .as_deref()
                .is_some_and(|own| SAFE_ARTICLES.contains(&own));
        left.start > 0
            && alone(left)
            && alone(right)
            && own == other
            && number[0] == number[1]
            && safe
    }

    /// Whether the words between two things say of one what they do not say of the other.
    fn is_directed(&self, sentence: &Sentence, between: Range<usize>) -> bool {
        let words = sentence.words.get(between).unwrap_or_default();
        let written = |word: &Word| sentence.plain[word.range.clone()].to_lowercase();
        let grammar = &self.study.text.lexicon.grammar;
        let mutual = words.iter().any(|word| {
            let word = written(word);
            MUTUAL.split(';').any(|mutual| mutual == word)
        });
        // “the length of the chain” does not turn around.
        let linked = words.iter().all(|word| {
            let link = matches!(
                written(word).as_str(),
                "of" | "in" | "on" | "von" | "als" | "as"
            );
            link || grammar.is_determiner(word)
        });
        !mutual && !linked
    }
}

/// Where a name stands in the prose, if only once.
pub(super) fn once(text: &str, prose: &[Range<usize>], name: &str) -> Option<Range<usize>> {
    let mut found = text.match_indices(name);
    let (start, _) = found.next()?;
    let place = start..start + name.len();
    let inside = prose
        .iter()
        .any(|range| range.start <= place.start && place.end <= range.end);
    (inside && found.next().is_none()).then_some(place)
}
