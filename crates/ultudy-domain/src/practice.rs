//! Practice: questions over what has been read, as hard as asked for.

use serde::{Deserialize, Serialize};

use crate::{
    check_in::CheckInContent,
    mastery::{Mastery, MasteryState},
    search::words::Analyser,
};

/// How hard the questions should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// The easiest first.
    Easy,
    /// Those in the middle first.
    #[default]
    Med,
    /// The hardest first.
    Hard,
}

impl Difficulty {
    /// The difficulty of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "easy" => Self::Easy,
            "med" => Self::Med,
            "hard" => Self::Hard,
            _ => return None,
        })
    }

    /// How far a question of such hardness is from what is asked for.
    #[must_use]
    pub fn distance(self, hardness: f64) -> f64 {
        match self {
            Self::Easy => hardness,
            Self::Med => (hardness - 0.5).abs(),
            Self::Hard => 1.0 - hardness,
        }
    }
}

/// How hard a question is for a student, from 0 to 1: half from how much its wrong options
/// look like the right one (shared words, like length), half from how often the student was
/// wrong about its concept; who never answered counts as wrong half the time.
///
/// An estimate from what is known, not a measured difficulty: it orders questions.
#[must_use]
pub fn hardness(question: &CheckInContent, mastery: &Mastery) -> f64 {
    let wrong = if mastery.total_attempts == 0 {
        0.5
    } else {
        1.0 - f64::from(mastery.correct_attempts) / f64::from(mastery.total_attempts)
    };
    0.5 * likeness(question) + 0.5 * wrong
}

/// How much the wrong options look like the right one, on average.
fn likeness(question: &CheckInContent) -> f64 {
    let Some(right) = question.correct_option() else {
        return 0.0;
    };
    let wrong: Vec<f64> = question
        .options
        .iter()
        .filter(|option| !option.correct)
        .map(|option| alike(&right.text, &option.text))
        .collect();
    let count = u32::try_from(wrong.len()).unwrap_or(1).max(1);
    wrong.iter().sum::<f64>() / f64::from(count)
}

#[allow(clippy::cast_precision_loss, reason = "lengths of short texts")]
fn alike(one: &str, other: &str) -> f64 {
    let analyser = Analyser::new(None);
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let words = analyser.words(text).into_iter();
        words.map(|word| word.term).collect()
    };
    let (left, right) = (words(one), words(other));
    let shared = left.intersection(&right).count() as f64;
    let all = left.union(&right).count().max(1) as f64;
    let lengths = [one.chars().count() as f64, other.chars().count() as f64];
    let shorter = lengths[0].min(lengths[1]);
    let longer = lengths[0].max(lengths[1]).max(1.0);
    0.5 * shared / all + 0.5 * shorter / longer
}

/// The order in which concepts need practice: lower first.
#[must_use]
pub fn need(mastery: &Mastery) -> u8 {
    match mastery.state {
        MasteryState::NeedsReview => 0,
        MasteryState::Introduced => 1,
        MasteryState::NotLearned => 2,
        MasteryState::Understood => 3,
        MasteryState::Mastered => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_in::{AnswerOption, LETTERS};

    fn question(options: [&str; 4]) -> CheckInContent {
        let option = |(letter, text): (&&str, &&str)| AnswerOption {
            letter: (*letter).into(),
            text: (*text).into(),
            correct: *letter == "A",
            explanation: "because".into(),
        };
        CheckInContent {
            question: "What?".into(),
            options: LETTERS.iter().zip(&options).map(option).collect(),
            expected_answer: options[0].into(),
            hint: String::new(),
            pages: [1, 1],
        }
    }

    #[test]
    fn options_that_look_alike_are_harder() {
        let alike = question(["a closed set", "an open set", "a dense set", "a closed map"]);
        let plain = question([
            "a closed set",
            "7",
            "Newton",
            "it was never shown by anybody at all",
        ]);
        assert!(hardness(&alike, &Mastery::NEW) > hardness(&plain, &Mastery::NEW));
    }

    #[test]
    fn what_a_student_gets_wrong_is_harder_for_them() {
        let question = question(["a", "b", "c", "d"]);
        let wrong = Mastery::NEW.after(false);
        let right = Mastery::NEW.after(true);
        assert!(hardness(&question, &wrong) > hardness(&question, &Mastery::NEW));
        assert!(hardness(&question, &right) < hardness(&question, &Mastery::NEW));
    }

    #[test]
    fn what_slipped_needs_practice_most() {
        let slipped = Mastery::NEW.after(true).after(false).after(false);
        assert!(need(&slipped) < need(&Mastery::NEW));
        assert!(need(&Mastery::NEW) < need(&Mastery::NEW.after(true).after(true)));
    }
}
