//! Whether what a model says stands in the text it was given, and on which pages.
//!
//! A claim is the set of words that carry its meaning, cut and reduced to their stems as the search does
//! it. It stands on pages that hold enough of these words: not all, for an honest model says things in
//! its own words, and most of them, for one that makes things up talks of what is not there. How many
//! is enough was found on what its tests have told in other words and made up; `examples/grounding.rs`
//! tries it on real books. What stands
//! elsewhere in the text than where it is said to is given the right pages; what stands nowhere is
//! dropped by whoever asks.
//!
//! Words of one language do not stand in a text of another: where a lesson is in another language than
//! its text, claims are not looked for, and their pages are only held to be some of the text's.

use std::{cell::Cell, collections::HashSet, ops::RangeInclusive};

use ultudy_domain::{hidden::seen, language, search::words::Analyser};

/// Of the words of a concept's name, and of all its claim's, how many must stand on its pages; fewer of all,
/// where its whole name does.
const NAME_SHARE: f32 = 0.5;
const CONCEPT_SHARE: f32 = 0.55;
const NAMED_SHARE: f32 = 0.35;
/// Of what is found on the pages it is said to stand on, how much fewer of them must hold to take their
/// place: a word that happens to stand on the next page, too, is no reason to name it.
const NARROWED_SHARE: f32 = 0.7;
/// Of a question's with its right answer; or of the answer's alone, for what asks is often no word of the
/// text ("Which statement is true?").
const QUESTION_SHARE: f32 = 0.5;
const ANSWER_SHARE: f32 = 0.6;
/// Words an answer must have to be known by them alone.
const ANSWER_MIN: usize = 2;
/// Most pages that one claim is looked for on at once, if it does not stand where it is said to.
const WINDOW_MAX: usize = 3;
/// Of a formula's signs, how many must come in their order in one of the text's.
const FORMULA_SHARE: f32 = 0.8;
/// Signs of a formula or page that are compared at most.
const SIGNS_MAX: usize = 2_000;
/// Comparisons of signs that all formulas of a lesson may take together: twice what some dozens of formulas
/// take on a text as long as a model reads at once. Formulas behind that are not found.
const COMPARISONS_MAX: usize = 50_000_000;

/// A text that lessons are made of, ready to look things up in.
pub struct Source {
    analyser: Analyser,
    language: Option<&'static str>,
    /// In their order.
    pages: Vec<Page>,
    /// Whether the lesson is written in another language.
    is_foreign: bool,
    /// Comparisons of signs that may still be made.
    comparisons: Cell<usize>,
}

struct Page {
    number: u32,
    terms: HashSet<String>,
    /// What stands between `$`, sign by sign.
    formulas: Vec<Vec<String>>,
    /// Everything on it, likewise.
    signs: Vec<String>,
}

/// What is claimed.
pub struct Claim {
    /// The words of its name or, for a question, none.
    name: HashSet<String>,
    all: HashSet<String>,
    share: f32,
    /// Words that are enough by themselves; none of a concept.
    answer: HashSet<String>,
}

impl Source {
    /// Of pages with their numbers.
    #[must_use]
    pub fn new(pages: Vec<(u32, String)>) -> Self {
        let text: Vec<&str> = pages.iter().map(|(_, text)| text.as_str()).collect();
        let language = language::detect(&text.join("\n"));
        let analyser = Analyser::new(language);
        // What cannot be seen in the text is not in what is written on it either.
        let visible = pages
            .into_iter()
            .map(|(number, text)| (number, seen(&text)));
        let pages = visible.map(|(number, text)| Page {
            number,
            terms: terms(&analyser, &text),
            formulas: text.split('$').skip(1).step_by(2).map(signs).collect(),
            signs: signs(&text),
        });
        Self {
            pages: pages.collect(),
            analyser,
            language,
            is_foreign: false,
            comparisons: Cell::new(COMPARISONS_MAX),
        }
    }

    /// Knows by this text of it what language the lesson is in.
    pub(super) fn is_told_in(&mut self, text: &str) {
        let told = language::detect(text);
        self.is_foreign = told.is_some() && self.language.is_some() && told != self.language;
    }

    /// The first and last page.
    pub(super) fn range(&self) -> RangeInclusive<u32> {
        let numbers = || self.pages.iter().map(|page| page.number);
        numbers().min().unwrap_or(1)..=numbers().max().unwrap_or(1)
    }

    /// What a concept claims.
    #[must_use]
    pub fn concept(&self, name: &str, explanation: &str) -> Claim {
        let name = terms(&self.analyser, name);
        let mut all = terms(&self.analyser, explanation);
        all.extend(name.iter().cloned());
        Claim {
            name,
            all,
            share: CONCEPT_SHARE,
            answer: HashSet::new(),
        }
    }

    /// What a question claims with what is the right answer to it.
    #[must_use]
    pub fn question(&self, question: &str, right: &str) -> Claim {
        let mut all = terms(&self.analyser, question);
        let answer = terms(&self.analyser, right);
        all.extend(answer.iter().cloned());
        Claim {
            name: HashSet::new(),
            all,
            share: QUESTION_SHARE,
            answer,
        }
    }

    /// The pages that a claim stands on: those it is said to stand on, as few of them as say as much;
    /// else the fewest that hold it; none if it stands nowhere.
    #[must_use]
    pub fn place(&self, claim: &Claim, [first, last]: [u32; 2]) -> Option<[u32; 2]> {
        let said: Vec<usize> = (0..self.pages.len())
            .filter(|&place| (first..=last).contains(&self.pages[place].number))
            .collect();
        if self.is_foreign || claim.all.is_empty() {
            return (!said.is_empty()).then_some([first, last]);
        }
        if let (Some(&from), Some(&to)) = (said.first(), said.last())
            && self.holds(claim, from..=to)
        {
            return Some(self.numbers(self.narrowed(claim, from..=to)));
        }
        (1..=WINDOW_MAX).find_map(|length| {
            let windows = 0..(self.pages.len() + 1).saturating_sub(length);
            let holding = windows
                .map(|from| from..=from + length - 1)
                .filter(|window| self.holds(claim, window.clone()));
            // Of several the one that says most; the first, if they say as much.
            let best = holding
                .rev()
                .max_by_key(|it| self.found(&claim.all, it.clone()));
            best.map(|window| self.numbers(window))
        })
    }

    /// Whether a formula is one of the text's, on whatever page, perhaps written otherwise.
    pub(super) fn has_formula(&self, formula: &str) -> bool {
        let wanted = signs(formula.trim().trim_matches('$'));
        if wanted.is_empty() {
            return false;
        }
        let may_compare = |signs: usize| {
            let left = self.comparisons.get().checked_sub(signs);
            self.comparisons.set(left.unwrap_or(0));
            left.is_some()
        };
        let is_among = |signs: &[String]| {
            let mut places = signs.windows(wanted.len());
            may_compare(signs.len()) && places.any(|at| at == wanted)
        };
        let is_like_one = |there: &&Vec<String>| {
            let is_as_long = is_about_as_long(&wanted, there);
            is_as_long && may_compare(wanted.len() * there.len()) && is_like(&wanted, there)
        };
        self.pages.iter().any(|page| is_among(&page.signs))
            || self
                .pages
                .iter()
                .flat_map(|page| &page.formulas)
                .any(|there| is_like_one(&there))
    }

    fn holds(&self, claim: &Claim, window: RangeInclusive<usize>) -> bool {
        claim.is_borne_out(&Found {
            all: self.found(&claim.all, window.clone()),
            name: self.found(&claim.name, window.clone()),
            answer: self.found(&claim.answer, window),
        })
    }

    fn found(&self, terms: &HashSet<String>, window: RangeInclusive<usize>) -> usize {
        let pages = self.pages.get(window).unwrap_or_default();
        let is_there = |term: &&String| pages.iter().any(|page| page.terms.contains(*term));
        terms.iter().filter(is_there).count()
    }

    /// The fewest of these pages, the first of several, that say most of what they say together. Which pages
    /// do is no matter of how they are cut: more pages say no less. So one look along them finds it.
    fn narrowed(&self, claim: &Claim, window: RangeInclusive<usize>) -> RangeInclusive<usize> {
        #[allow(clippy::cast_precision_loss, reason = "some hundreds at most")]
        let needed = self.found(&claim.all, window.clone()) as f32 * NARROWED_SHARE;
        let terms: Vec<&String> = claim.all.iter().collect();
        let (mut times, mut found) = (vec![0_usize; terms.len()], Found::default());
        let on = |place: usize| {
            let page = self.pages.get(place);
            let is_there = |(_, term): &(usize, &&String)| {
                page.is_some_and(|page| page.terms.contains(**term))
            };
            let there = terms.iter().enumerate().filter(is_there);
            there.map(|(at, _)| at).collect::<Vec<_>>()
        };
        let (mut start, mut best) = (*window.start(), None::<RangeInclusive<usize>>);
        for end in window.clone() {
            for at in on(end) {
                times[at] += 1;
                if times[at] == 1 {
                    found.take(claim, terms[at]);
                }
            }
            loop {
                #[allow(clippy::cast_precision_loss, reason = "some hundreds at most")]
                let is_enough = found.all as f32 >= needed && claim.is_borne_out(&found);
                if start > end || !is_enough {
                    break;
                }
                let length = |window: &RangeInclusive<usize>| window.end() - window.start();
                if best.as_ref().is_none_or(|best| end - start < length(best)) {
                    best = Some(start..=end);
                }
                for at in on(start) {
                    times[at] -= 1;
                    if times[at] == 0 {
                        found.leave(claim, terms[at]);
                    }
                }
                start += 1;
            }
        }
        best.unwrap_or(window)
    }

    fn numbers(&self, window: RangeInclusive<usize>) -> [u32; 2] {
        [*window.start(), *window.end()].map(|place| self.pages[place].number)
    }
}

/// How many of a claim's words are found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    all: usize,
    name: usize,
    answer: usize,
}

impl Found {
    fn take(&mut self, claim: &Claim, term: &String) {
        self.all += 1;
        self.name += usize::from(claim.name.contains(term));
        self.answer += usize::from(claim.answer.contains(term));
    }

    fn leave(&mut self, claim: &Claim, term: &String) {
        self.all -= 1;
        self.name -= usize::from(claim.name.contains(term));
        self.answer -= usize::from(claim.answer.contains(term));
    }
}

impl Claim {
    fn is_borne_out(&self, found: &Found) -> bool {
        let is_enough = |terms: &HashSet<String>, found: usize, share: f32| {
            #[allow(clippy::cast_precision_loss, reason = "some hundreds at most")]
            let (needed, found) = (terms.len() as f32 * share, found as f32);
            found >= needed
        };
        let is_answered =
            self.answer.len() >= ANSWER_MIN && is_enough(&self.answer, found.answer, ANSWER_SHARE);
        let is_named = !self.name.is_empty() && is_enough(&self.name, found.name, 1.0);
        is_answered
            || (is_named && is_enough(&self.all, found.all, NAMED_SHARE))
            || (is_enough(&self.name, found.name, NAME_SHARE)
                && is_enough(&self.all, found.all, self.share))
    }
}

/// The words of a text that say something.
fn terms(analyser: &Analyser, text: &str) -> HashSet<String> {
    let words = analyser.words(text).into_iter();
    let telling = words.filter(|word| !word.is_function && !word.is_single);
    telling.map(|word| word.term).collect()
}

/// A formula's signs: letters, numbers and commands, without what only spaces or groups them.
fn signs(formula: &str) -> Vec<String> {
    const LAYOUT: [&str; 16] = [
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "quad",
        "qquad",
        "displaystyle",
        "textstyle",
        "limits",
        "nolimits",
        "mathrm",
        "text",
    ];
    let mut signs = Vec::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let is_command = first == '\\';
        let letters = |text: &str| {
            text.find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(text.len())
        };
        let length = match first {
            '\\' => 1 + letters(&rest[1..]),
            '0'..='9' => rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (sign, behind) = rest.split_at(length);
        rest = behind;
        let is_blank = sign.trim().is_empty() || matches!(sign, "{" | "}" | "$" | "\\" | "&" | "~");
        if is_blank || (is_command && LAYOUT.contains(&&sign[1..])) {
            continue;
        }
        signs.push(match sign {
            "≤" | "\\leq" => "\\le".into(),
            "≥" | "\\geq" => "\\ge".into(),
            "−" => "-".into(),
            "·" => "\\cdot".into(),
            "→" | "\\rightarrow" => "\\to".into(),
            other => other.to_owned(),
        });
        if signs.len() == SIGNS_MAX {
            break;
        }
    }
    signs
}

/// Whether one formula can be like the other by its length: it has most of its signs, and not much more.
fn is_about_as_long(wanted: &[String], there: &[String]) -> bool {
    #[allow(clippy::cast_precision_loss, reason = "some thousands at most")]
    let has_enough = there.len() as f32 >= wanted.len() as f32 * FORMULA_SHARE;
    has_enough && there.len() <= wanted.len() * 3
}

/// Whether most signs of one formula come in the same order in the other.
fn is_like(wanted: &[String], there: &[String]) -> bool {
    let mut row = vec![0_usize; there.len() + 1];
    for sign in wanted {
        let mut before = 0;
        for (place, other) in there.iter().enumerate() {
            let above = row[place + 1];
            row[place + 1] = match sign == other {
                true => before + 1,
                false => above.max(row[place]),
            };
            before = above;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "some thousands at most")]
    let (common, needed) = (row[there.len()] as f32, wanted.len() as f32 * FORMULA_SHARE);
    common >= needed
}

#[cfg(test)]
mod tests;
