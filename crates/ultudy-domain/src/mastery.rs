//! Mastery of a concept: moved by each graded answer, by the rule of one place.

use serde::{Deserialize, Serialize};

/// How well a student knows a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MasteryState {
    /// Never answered.
    NotLearned,
    /// Answered, not yet right often enough.
    Introduced,
    /// Right at least half the time, or right just now.
    Understood,
    /// Was understood or mastered, and slipped.
    NeedsReview,
    /// Right twice in a row, or three quarters of at least three.
    Mastered,
}

impl MasteryState {
    /// The name used in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotLearned => "not_learned",
            Self::Introduced => "introduced",
            Self::Understood => "understood",
            Self::NeedsReview => "needs_review",
            Self::Mastered => "mastered",
        }
    }

    /// The state of this name; an unknown name counts as never answered.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "introduced" => Self::Introduced,
            "understood" => Self::Understood,
            "needs_review" => Self::NeedsReview,
            "mastered" => Self::Mastered,
            _ => Self::NotLearned,
        }
    }
}

/// A concept's counters and the state they lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mastery {
    /// Where it stands.
    pub state: MasteryState,
    /// Answers given.
    pub total_attempts: i32,
    /// Right ones among them.
    pub correct_attempts: i32,
    /// Right ones since the last wrong one.
    pub consecutive_correct: i32,
}

impl Mastery {
    /// Never answered.
    pub const NEW: Self = Self {
        state: MasteryState::NotLearned,
        total_attempts: 0,
        correct_attempts: 0,
        consecutive_correct: 0,
    };

    /// Share of right answers in per cent, 0 without any; 100 only when all are right.
    #[must_use]
    pub fn accuracy_percent(&self) -> i32 {
        percent(self.correct_attempts, self.total_attempts)
    }

    /// The counters and state after one more answer.
    #[must_use]
    pub fn after(self, correct: bool) -> Self {
        let total_attempts = self.total_attempts.saturating_add(1);
        let correct_attempts = self.correct_attempts.saturating_add(i32::from(correct));
        let consecutive_correct = if correct {
            self.consecutive_correct.saturating_add(1)
        } else {
            0
        };
        // Whole-number comparison, so that 3 of 4 is exactly three quarters.
        let at_least =
            |share: i64| i64::from(correct_attempts) * 100 >= i64::from(total_attempts) * share;
        let state = if consecutive_correct >= 2 || (at_least(75) && total_attempts >= 3) {
            MasteryState::Mastered
        } else if (at_least(50) && total_attempts >= 2) || consecutive_correct >= 1 {
            MasteryState::Understood
        } else if matches!(
            self.state,
            MasteryState::Understood | MasteryState::Mastered | MasteryState::NeedsReview
        ) {
            MasteryState::NeedsReview
        } else {
            MasteryState::Introduced
        };
        Self {
            state,
            total_attempts,
            correct_attempts,
            consecutive_correct,
        }
    }
}

/// `part` of `whole` in per cent, rounded down; 0 when there is nothing.
#[must_use]
pub fn percent(part: i32, whole: i32) -> i32 {
    if whole <= 0 {
        return 0;
    }
    i32::try_from(i64::from(part) * 100 / i64::from(whole)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(list: &[bool]) -> Mastery {
        list.iter()
            .fold(Mastery::NEW, |mastery, &correct| mastery.after(correct))
    }

    #[test]
    fn two_right_in_a_row_master() {
        assert_eq!(answers(&[true]).state, MasteryState::Understood);
        assert_eq!(answers(&[true, true]).state, MasteryState::Mastered);
        assert_eq!(answers(&[false, true, true]).state, MasteryState::Mastered);
    }

    #[test]
    fn three_quarters_of_three_or_more_master() {
        assert_eq!(
            answers(&[true, true, true, false]).state,
            MasteryState::Mastered
        );
    }

    #[test]
    fn a_first_wrong_answer_introduces() {
        assert_eq!(answers(&[false]).state, MasteryState::Introduced);
        assert_eq!(answers(&[false, false]).state, MasteryState::Introduced);
    }

    #[test]
    fn half_of_two_is_understood() {
        assert_eq!(answers(&[true, false]).state, MasteryState::Understood);
    }

    #[test]
    fn what_was_understood_and_slips_needs_review_and_stays_so() {
        let slipped = answers(&[true, false, false]);
        assert_eq!(slipped.state, MasteryState::NeedsReview);
        assert_eq!(slipped.after(false).state, MasteryState::NeedsReview);
        assert_eq!(slipped.after(true).state, MasteryState::Understood);
    }

    #[test]
    fn accuracy_is_a_hundred_only_when_all_are_right() {
        assert_eq!(answers(&[true, true, false]).accuracy_percent(), 66);
        assert_eq!(answers(&[true, true]).accuracy_percent(), 100);
    }
}
