//! A check-in: one question with four options, graded by the server from its own copy.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The letters of the options, in order.
pub const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// One of a question's four options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AnswerOption {
    /// `A` to `D`.
    pub letter: String,
    /// What it says.
    pub text: String,
    /// Whether it is the right one; exactly one is.
    pub correct: bool,
    /// Why it is right or wrong.
    pub explanation: String,
}

/// A question as a generator makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckInContent {
    /// The question.
    pub question: String,
    /// Four options, exactly one correct, no two alike.
    pub options: Vec<AnswerOption>,
    /// The right option's text.
    pub expected_answer: String,
    /// A nudge that does not give the answer away.
    pub hint: String,
    /// First and last page it comes from.
    pub pages: [u32; 2],
}

/// A question answered in the student's own words, as a generator makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextCheckInContent {
    /// The question.
    pub question: String,
    /// What a full answer says, as the text says it.
    pub expected_answer: String,
    /// What an answer is measured by: the words or phrases it should not lack, most telling
    /// first, none of which stands in the question.
    pub key_points: Vec<String>,
    /// First and last page it comes from.
    pub pages: [u32; 2],
}

/// A question of a student's lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckIn {
    /// The check-in's id.
    pub id: Uuid,
    /// The concept it asks about.
    pub concept_id: Uuid,
    /// The question and its options.
    #[serde(flatten)]
    pub content: CheckInContent,
}

/// A question of a student's lesson that is answered in their own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextCheckIn {
    /// The check-in's id.
    pub id: Uuid,
    /// The concept it asks about.
    pub concept_id: Uuid,
    /// The question and what a full answer says.
    #[serde(flatten)]
    pub content: TextCheckInContent,
}

/// A question of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// One with options.
    Choice(CheckIn),
    /// One answered in the student's own words.
    Text(TextCheckIn),
}

impl Question {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Choice(check_in) => check_in.id,
            Self::Text(check_in) => check_in.id,
        }
    }

    /// The concept it asks about.
    #[must_use]
    pub fn concept_id(&self) -> Uuid {
        match self {
            Self::Choice(check_in) => check_in.concept_id,
            Self::Text(check_in) => check_in.concept_id,
        }
    }
}

impl CheckInContent {
    /// What is wrong with it as a question, if anything: it must have four different,
    /// explained options of which exactly one is right.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.question) {
            return Some("the question is blank");
        }
        if self.options.len() != LETTERS.len() {
            return Some("there are not four options");
        }
        if self.options.iter().filter(|option| option.correct).count() != 1 {
            return Some("not exactly one option is right");
        }
        if self
            .options
            .iter()
            .any(|option| blank(&option.text) || blank(&option.explanation))
        {
            return Some("an option is blank or unexplained");
        }
        for (index, option) in self.options.iter().enumerate() {
            if self.options[..index]
                .iter()
                .any(|other| alike(&other.text, &option.text))
            {
                return Some("two options say the same");
            }
        }
        None
    }

    /// The right option; none only when [`Self::fault`] says so.
    #[must_use]
    pub fn correct_option(&self) -> Option<&AnswerOption> {
        self.options.iter().find(|option| option.correct)
    }

    /// The option a student chose, by letter or by its text.
    #[must_use]
    pub fn option_chosen(&self, answer: &str) -> Option<&AnswerOption> {
        self.options
            .iter()
            .find(|option| alike(&option.text, answer))
            .or_else(|| {
                self.options
                    .iter()
                    .find(|option| alike(&option.letter, answer))
            })
    }

    /// Puts the options into the order given by `order` (a permutation of their places)
    /// and letters them anew.
    #[must_use]
    pub fn reordered(mut self, order: [usize; 4]) -> Self {
        if self.options.len() == LETTERS.len() {
            let old = std::mem::take(&mut self.options);
            self.options = order
                .iter()
                .filter_map(|&place| old.get(place).cloned())
                .collect();
            for (option, letter) in self.options.iter_mut().zip(LETTERS) {
                letter.clone_into(&mut option.letter);
            }
        }
        self
    }
}

/// Whether two texts say the same but for case and white space.
#[must_use]
pub fn alike(left: &str, right: &str) -> bool {
    fold(left) == fold(right)
}

/// What all texts that are [`alike`] have in common: lower case, single spaces.
#[must_use]
pub fn fold(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> CheckInContent {
        let option = |letter: &str, correct| AnswerOption {
            letter: letter.into(),
            text: format!("text {letter}"),
            correct,
            explanation: "because".into(),
        };
        CheckInContent {
            question: "What?".into(),
            options: vec![
                option("A", true),
                option("B", false),
                option("C", false),
                option("D", false),
            ],
            expected_answer: "text A".into(),
            hint: "Think.".into(),
            pages: [1, 1],
        }
    }

    #[test]
    fn a_good_question_has_no_fault() {
        assert_eq!(question().fault(), None);
    }

    #[test]
    fn two_right_options_or_two_alike_are_faults() {
        let mut two_right = question();
        two_right.options[1].correct = true;
        assert!(two_right.fault().is_some());
        let mut twins = question();
        twins.options[2].text = " TEXT  a".into();
        assert_eq!(twins.fault(), Some("two options say the same"));
    }

    #[test]
    fn reordering_keeps_the_right_text_and_renews_the_letters() {
        let moved = question().reordered([3, 2, 1, 0]);
        assert_eq!(
            moved
                .correct_option()
                .map(|o| (o.letter.as_str(), o.text.as_str())),
            Some(("D", "text A"))
        );
        assert_eq!(moved.fault(), None);
    }

    #[test]
    fn an_answer_is_found_by_text_before_letter() {
        assert_eq!(
            question()
                .option_chosen("Text b")
                .map(|o| o.letter.as_str()),
            Some("B")
        );
        assert_eq!(
            question().option_chosen("c").map(|o| o.letter.as_str()),
            Some("C")
        );
        assert!(question().option_chosen("nothing").is_none());
    }
}
