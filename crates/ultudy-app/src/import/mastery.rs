//! What students know, of the original's rows of concepts: found for the concepts that its
//! lessons hold by lesson, section, document or, for those that no lesson made, by name.

use ultudy_domain::{
    Timestamp,
    mastery::{Mastery, MasteryState},
};
use uuid::Uuid;

use super::row::Row;

/// A concept's row.
pub(super) struct State {
    pub(super) row: Row,
    pub(super) folded_name: String,
    pub(super) document_id: Option<Uuid>,
    pub(super) section_id: Option<Uuid>,
    pub(super) course_id: Option<Uuid>,
    lesson_id: Option<Uuid>,
}

/// An owner's rows that nothing has taken yet.
pub(super) struct States(Vec<State>);

/// Which concept's state is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    pub(super) lesson_id: Uuid,
    pub(super) section_id: Option<Uuid>,
    pub(super) document_id: Uuid,
    pub(super) course_id: Option<Uuid>,
}

/// What is known of a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The row's id.
    pub(super) id: Uuid,
    pub(super) mastery: Mastery,
    pub(super) last_reviewed_at: Option<Timestamp>,
    /// How many rows it is the sum of.
    pub(super) rows: u64,
}

impl States {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        let state = |row: Row| State {
            folded_name: row.text("name").unwrap_or_default().to_lowercase(),
            document_id: row.reference("document_id"),
            section_id: row.reference("section_id"),
            course_id: row.reference("course_id"),
            lesson_id: row.reference("lesson_id"),
            row,
        };
        Self(rows.into_iter().map(state).collect())
    }

    /// Takes the rows of a concept: the one its lesson made, and the one that a check-in
    /// without a chapter made beside it, which is known by its name only. Their counts add up.
    pub(super) fn take(&mut self, wanted: Wanted<'_>) -> Option<Known> {
        let name = wanted.name.to_lowercase();
        let rules: [&dyn Fn(&State) -> bool; 3] = [
            &|state| state.lesson_id == Some(wanted.lesson_id),
            &|state| state.section_id.is_some() && state.section_id == wanted.section_id,
            &|state| state.document_id == Some(wanted.document_id) && state.lesson_id.is_none(),
        ];
        let own = rules.iter().find_map(|rule| self.remove(&name, rule));
        let alone = |state: &State| state.document_id.is_none() && state.lesson_id.is_none();
        let by_name = self
            .remove(&name, &|state| {
                alone(state) && state.course_id.is_some() && state.course_id == wanted.course_id
            })
            .or_else(|| self.remove(&name, &|state| alone(state) && state.course_id.is_none()));
        match (own, by_name) {
            (Some(own), Some(other)) => Some(own.known().with(other.known())),
            (Some(one), None) | (None, Some(one)) => Some(one.known()),
            (None, None) => None,
        }
    }

    fn remove(&mut self, name: &str, rule: &dyn Fn(&State) -> bool) -> Option<State> {
        let fits = |state: &State| state.folded_name == name && rule(state);
        let place = self.0.iter().position(fits)?;
        Some(self.0.swap_remove(place))
    }

    /// What nothing has taken.
    pub(super) fn rest(self) -> Vec<State> {
        self.0
    }
}

impl State {
    pub(super) fn known(&self) -> Known {
        let count = |column| self.row.count(column).unwrap_or(0);
        let total = count("total_attempts");
        let correct = count("correct_attempts").min(total);
        let name = self.row.text("mastery_state").unwrap_or_default();
        Known {
            id: self.row.id,
            mastery: Mastery {
                // The original's default has its quotes in it.
                state: MasteryState::parse(name.trim_matches('\'')),
                total_attempts: total,
                correct_attempts: correct,
                consecutive_correct: count("consecutive_correct").min(correct),
            },
            last_reviewed_at: self.row.time("last_reviewed_at"),
            rows: 1,
        }
    }
}

impl Known {
    /// The sum of both; its state is the one of later date.
    fn with(self, other: Self) -> Self {
        let later = match other.last_reviewed_at > self.last_reviewed_at {
            true => other,
            false => self,
        };
        let (one, two) = (self.mastery, other.mastery);
        Self {
            mastery: Mastery {
                state: later.mastery.state,
                consecutive_correct: later.mastery.consecutive_correct,
                total_attempts: one.total_attempts.saturating_add(two.total_attempts),
                correct_attempts: one.correct_attempts.saturating_add(two.correct_attempts),
            },
            last_reviewed_at: later.last_reviewed_at,
            rows: self.rows + other.rows,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LESSON: Uuid = Uuid::from_u128(7);
    const DOCUMENT: Uuid = Uuid::from_u128(8);

    fn states(rows: &[Value]) -> States {
        let with_id = |(n, row): (u128, &Value)| {
            let mut row = row.clone();
            row["id"] = json!(Uuid::from_u128(n).to_string());
            Row::new(row).unwrap_or_else(|id| panic!("{id}"))
        };
        States::new((100..).zip(rows).map(with_id).collect())
    }

    fn wanted(name: &str) -> Wanted<'_> {
        Wanted {
            name,
            lesson_id: LESSON,
            section_id: None,
            document_id: DOCUMENT,
            course_id: None,
        }
    }

    #[test]
    fn a_row_by_name_adds_to_the_one_of_the_lesson() {
        let mut states = states(&[
            json!({"name": "Cell", "chapter": "General", "mastery_state": "understood",
                "total_attempts": 3, "correct_attempts": 2, "consecutive_correct": 1,
                "last_reviewed_at": "2024-05-01T10:00:00"}),
            json!({"name": "cell", "lesson_id": LESSON.to_string(), "document_id": DOCUMENT.to_string(),
                "mastery_state": "'not_learned'", "total_attempts": 1, "correct_attempts": 9,
                "consecutive_correct": 0}),
        ]);
        let known = states.take(wanted("CELL")).unwrap();
        assert_eq!((known.id, known.rows), (Uuid::from_u128(101), 2));
        assert_eq!(known.mastery.state, MasteryState::Understood);
        let counts = (known.mastery.total_attempts, known.mastery.correct_attempts);
        assert_eq!(counts, (4, 3));
        assert_eq!(states.take(wanted("cell")), None);
        assert!(states.rest().is_empty());
    }

    #[test]
    fn the_quoted_default_is_not_learned() {
        let states = states(&[json!({"name": "a", "mastery_state": "'not_learned'"})]);
        assert_eq!(states.rest()[0].known().mastery, Mastery::NEW);
    }
}
