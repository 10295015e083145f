//! Places in a statement where other words would make it say something else.

use std::ops::Range;

use super::contrasts::Class;

/// A place, or several that change together, with what can stand there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// Bytes of the statement, in order.
    pub places: Vec<Range<usize>>,
    /// What can stand there: for each way to change it, a text for each place.
    pub ways: Vec<Vec<String>>,
    pub class: Class,
    /// Whether what comes out may follow from what was said.
    pub weak: bool,
    /// How much a student must know to notice.
    pub worth: u32,
}

impl Site {
    /// Whether two sites share a place, or stand in one another's way.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.places.iter().any(|own| {
            let mut places = other.places.iter();
            places.any(|place| own.start < place.end && place.start < own.end)
        })
    }

    /// Bytes from the first of its places to the first of another's.
    pub(super) fn distance(&self, other: &Self) -> usize {
        match (self.places.first(), other.places.first()) {
            (Some(own), Some(other)) if own.start < other.start => {
                other.start.saturating_sub(own.end)
            }
            (Some(own), Some(other)) => own.start.saturating_sub(other.end),
            _ => 0,
        }
    }
}

/// What a change puts where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub place: Range<usize>,
    pub text: String,
}

/// The changes of one way of a site.
pub(super) fn changes(site: &Site, way: usize) -> Vec<Change> {
    let texts = site.ways.get(way).cloned().unwrap_or_default();
    let places = site.places.iter().cloned();
    let changes = places.zip(texts);
    changes
        .map(|(place, text)| Change { place, text })
        .collect()
}

/// A statement with changes made.
pub(super) fn applied(statement: &str, changes: &[Change]) -> String {
    let mut changes: Vec<_> = changes.iter().collect();
    changes.sort_by_key(|change| change.place.start);
    let mut written = String::with_capacity(statement.len());
    let mut from = 0;
    for change in changes {
        written.push_str(statement.get(from..change.place.start).unwrap_or_default());
        written.push_str(&change.text);
        from = change.place.end;
        // A word left out takes a space with it.
        let gap = change.text.is_empty() && statement.get(from..).is_some_and(starts_blank);
        from += usize::from(gap);
    }
    written.push_str(statement.get(from..).unwrap_or_default());
    written
}

fn starts_blank(text: &str) -> bool {
    text.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_made_from_left_to_right_whatever_their_order() {
        let change = |place: Range<usize>, text: &str| Change {
            place,
            text: text.to_owned(),
        };
        let changes = [change(6..10, "last"), change(2..5, "the")];
        assert_eq!(applied("A big node", &changes), "A the last");
        assert_eq!(applied("is not open", &[change(3..6, "")]), "is open");
    }
}
