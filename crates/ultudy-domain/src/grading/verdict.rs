//! What a language model says of an answer, believed as far as the answer's own words bear it out.
//!
//! Who reads an answer and can be talked to can be talked into anything. So a verdict by which the
//! answer passes counts only if, for the points that it says are made, it quotes words that stand in
//! the answer, that the question did not give away, and that the expected answer has, too, and enough
//! of them; and if the answer says something rather than list terms. That a paraphrase has none of
//! the expected words happens, but seldom; then the grader by key terms decides, as without a model.

use std::collections::BTreeSet;

use super::{ENOUGH, Expected, Grade, PASS, answer::Answer, language_of, structure};
use crate::{
    language,
    search::words::{Analyser, Word},
};

/// Share of the expected answer's own terms that an answer which passes has at least.
const SUPPORT: f64 = 0.25;
/// How many of them, where there are so many.
const SUPPORT_LEAST: usize = 2;
/// Most key points that a model is asked about.
const POINTS_MAX: usize = 12;
/// Longest feedback, in characters.
const FEEDBACK_MAX: usize = 1_500;
/// Longest misconception, in characters, and most of them.
const MISCONCEPTION_MAX: usize = 500;
const MISCONCEPTIONS_MAX: usize = 5;

/// What a model says of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// 0 to 100, if it is sound.
    pub score: i64,
    /// Each of [`points`], by its number.
    pub points: Vec<PointVerdict>,
    /// What the answer gets wrong.
    pub misconceptions: Vec<String>,
    /// A few sentences for the student.
    pub feedback: String,
}

/// Whether a point is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointVerdict {
    /// From 1.
    pub number: i64,
    /// Words of the answer that make it; empty if none do.
    pub quote: String,
    /// Whether it is made.
    pub is_hit: bool,
}

/// Why a verdict is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is not what was asked for, such as a score of 1000.
    Unsound,
    /// It lets the answer pass, and the answer's words do not.
    NotBorneOut,
}

impl Doubt {
    /// A stable name, in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsound => "unsound",
            Self::NotBorneOut => "not_borne_out",
        }
    }
}

/// The points that a model is asked about: the question's key points, else the expected answer.
#[must_use]
pub fn points(expected: &Expected<'_>) -> Vec<String> {
    match expected.key_points {
        [] => vec![expected.answer.to_owned()],
        points => points.iter().take(POINTS_MAX).cloned().collect(),
    }
}

/// Whether an answer is the expected one, word by word: nobody need be asked about that.
#[must_use]
pub fn is_expected(expected: &Expected<'_>, answer: &str) -> bool {
    let analyser = Analyser::new(language_of(expected));
    let terms = |text: &str| -> Vec<String> {
        let words = analyser.words(text).into_iter();
        words.map(|word| word.term).collect()
    };
    let said = terms(answer);
    !said.is_empty() && said == terms(expected.answer)
}

/// The grade by a model's verdict on a cleaned answer.
///
/// # Errors
/// [`Doubt`]: somebody else must grade it.
pub fn believed(expected: &Expected<'_>, answer: &str, verdict: &Verdict) -> Result<Grade, Doubt> {
    let all = points(expected);
    let score = i16::try_from(verdict.score).map_err(|_| Doubt::Unsound)?;
    let numbers: BTreeSet<i64> = verdict.points.iter().map(|point| point.number).collect();
    let most = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let are_ours = numbers.iter().all(|number| (1..=most).contains(number));
    if !(0..=100).contains(&score) || !are_ours || numbers.len() != verdict.points.len() {
        return Err(Doubt::Unsound);
    }
    let feedback = line(&verdict.feedback, FEEDBACK_MAX).ok_or(Doubt::Unsound)?;
    let said = Said::read(expected, answer);
    let mut support = BTreeSet::new();
    let (mut hit, mut missed) = (Vec::new(), Vec::new());
    for (point, number) in all.into_iter().zip(1..) {
        let judged = verdict.points.iter().find(|judged| judged.number == number);
        let judged = judged.filter(|judged| judged.is_hit);
        let bears = judged.map(|judged| said.bearing(&judged.quote));
        match bears.filter(|terms| !terms.is_empty()) {
            Some(terms) => {
                support.extend(terms);
                hit.push(point);
            }
            None => missed.push(point),
        }
    }
    if score >= PASS && !said.lets_pass(&support, hit.len(), hit.len() + missed.len()) {
        return Err(Doubt::NotBorneOut);
    }
    let misconceptions = verdict.misconceptions.iter();
    let misconceptions = misconceptions.filter_map(|text| line(text, MISCONCEPTION_MAX));
    Ok(Grade {
        score,
        hit,
        missed,
        misconceptions: misconceptions.take(MISCONCEPTIONS_MAX).collect(),
        feedback,
    })
}

/// An answer beside what is expected.
struct Said {
    analyser: Analyser,
    /// All words of the answer.
    words: Vec<String>,
    /// The expected answer's terms that the question does not give away.
    own: BTreeSet<String>,
    is_list: bool,
}

impl Said {
    fn read(expected: &Expected<'_>, text: &str) -> Self {
        let language = language_of(expected).or_else(|| language::detect(text));
        let analyser = Analyser::new(language);
        let given: BTreeSet<String> = of_meaning(analyser.words(expected.question)).collect();
        let points = expected.key_points.iter().map(String::as_str);
        let own = [expected.answer].into_iter().chain(points);
        let own = own.flat_map(|text| of_meaning(analyser.words(text)));
        let model = Answer::read(expected.answer, &analyser, language);
        let answer = Answer::read(text, &analyser, language);
        Self {
            own: own.filter(|term| !given.contains(term)).collect(),
            words: analyser
                .words(text)
                .into_iter()
                .map(|word| word.term)
                .collect(),
            is_list: structure::is_list(&answer, &model, language),
            analyser,
        }
    }

    /// The expected terms in words that stand in the answer as they are quoted.
    fn bearing(&self, quote: &str) -> Vec<String> {
        let quoted = self.analyser.words(&super::screen::cleaned(quote));
        let terms: Vec<&str> = quoted.iter().map(|word| word.term.as_str()).collect();
        let stands = !terms.is_empty() && self.words.windows(terms.len()).any(|run| run == terms);
        if !stands {
            return Vec::new();
        }
        let terms = of_meaning(quoted);
        terms.filter(|term| self.own.contains(term)).collect()
    }

    fn lets_pass(&self, support: &BTreeSet<String>, hit: usize, all: usize) -> bool {
        let least = SUPPORT_LEAST.min(self.own.len()).max(1);
        !self.is_list
            && support.len() >= least
            && share(support.len(), self.own.len()) >= SUPPORT
            && 100.0 * share(hit, all) / ENOUGH >= f64::from(PASS)
    }
}

/// The terms that carry meaning. Japanese grammar is written in hiragana.
fn of_meaning(words: Vec<Word>) -> impl Iterator<Item = String> {
    let is_kana = |term: &str| term.chars().any(|c| matches!(c, '\u{3040}'..='\u{309f}'));
    let words = words.into_iter();
    words
        .filter(move |word| !word.is_single && !word.is_function && !is_kana(&word.term))
        .map(|word| word.term)
}

fn share(part: usize, whole: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a few words")]
    let share = part as f64 / whole.max(1) as f64;
    share
}

/// A text that says something and is no longer than that.
fn line(text: &str, longest: usize) -> Option<String> {
    let text = super::screen::cleaned(text);
    (!text.is_empty() && text.chars().count() <= longest).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = "What do enzymes do?";
    const ANSWER: &str = "Enzymes speed up chemical reactions without being used up.";

    fn expected() -> Expected<'static> {
        Expected {
            question: QUESTION,
            answer: ANSWER,
            key_points: &[],
        }
    }

    fn verdict(score: i64, quote: &str) -> Verdict {
        Verdict {
            score,
            points: vec![PointVerdict {
                number: 1,
                quote: quote.into(),
                is_hit: true,
            }],
            misconceptions: Vec::new(),
            feedback: "Good.".into(),
        }
    }

    #[test]
    fn a_paraphrase_passes_by_its_own_words() {
        let said = "They make chemical reactions go faster and stay unchanged.";
        let grade = believed(
            &expected(),
            said,
            &verdict(90, "make chemical reactions go faster"),
        );
        assert_eq!(grade.unwrap().score, 90);
    }

    #[test]
    fn words_that_do_not_stand_there_or_are_the_question_s_bear_nothing_out() {
        let said = "Enzymes do what enzymes do.";
        for quote in [
            "speed up chemical reactions",
            "Enzymes do what enzymes do",
            "",
            "Enzymes",
        ] {
            let refused = believed(&expected(), said, &verdict(100, quote));
            assert_eq!(refused, Err(Doubt::NotBorneOut), "{quote}");
            // What does not let it pass is believed.
            assert_eq!(
                believed(&expected(), said, &verdict(20, quote))
                    .unwrap()
                    .score,
                20
            );
        }
        let list = "enzymes, chemical, reactions, speed";
        let refused = believed(&expected(), list, &verdict(100, list));
        assert_eq!(refused, Err(Doubt::NotBorneOut));
    }

    #[test]
    fn what_was_not_asked_for_is_unsound() {
        let said = "They speed up chemical reactions.";
        for score in [-1, 101, i64::MAX] {
            let refused = believed(&expected(), said, &verdict(score, said));
            assert_eq!(refused, Err(Doubt::Unsound), "{score}");
        }
        let mut foreign = verdict(90, said);
        foreign.points[0].number = 2;
        assert_eq!(believed(&expected(), said, &foreign), Err(Doubt::Unsound));
        let mut twice = verdict(90, said);
        twice.points.push(twice.points[0].clone());
        assert_eq!(believed(&expected(), said, &twice), Err(Doubt::Unsound));
        for feedback in ["", " \u{0}\u{200b}", &"x".repeat(FEEDBACK_MAX + 1)] {
            let mut blank = verdict(90, said);
            blank.feedback = feedback.into();
            assert_eq!(believed(&expected(), said, &blank), Err(Doubt::Unsound));
        }
        let mut hidden = verdict(90, said);
        hidden.feedback = "Go\u{202e}od\u{0}".into();
        assert_eq!(
            believed(&expected(), said, &hidden).unwrap().feedback,
            "Good"
        );
    }

    #[test]
    fn the_expected_answer_needs_no_model() {
        assert!(is_expected(
            &expected(),
            "enzymes speed up chemical reactions, without being used up"
        ));
        assert!(!is_expected(
            &expected(),
            "Enzymes do not speed up chemical reactions."
        ));
        assert!(!is_expected(&expected(), ""));
    }
}
