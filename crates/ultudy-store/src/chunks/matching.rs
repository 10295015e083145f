//! What the inverted index is asked: terms as it keeps them, and conditions on them in the
//! language of either database.

use sha2::{Digest, Sha256};
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments, sqlite::SqliteArguments};
use uuid::Uuid;

use crate::db::Bind;

/// Hex digits of an owner's key: two owners share one about never, and then a search only
/// reads more.
const KEY_DIGITS: usize = 12;

/// Something that a passage is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// It holds this term.
    Term(String),
    /// It is strong in this term (see `ultudy_domain::search::Indexed::terms`).
    Strong(String),
    /// It is of this document.
    Document(Uuid),
}

/// A condition: of each clause, at least one key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match(pub Vec<Vec<Key>>);

/// A condition on one owner's passages, as it is bound.
pub(super) struct Matching<'a> {
    condition: &'a Match,
    owner_key: String,
}

impl<'a> Matching<'a> {
    pub(super) fn new(owner_id: &str, condition: &'a Match) -> Self {
        Self {
            condition,
            owner_key: owner_key(owner_id),
        }
    }

    /// `("a" OR "b") AND ("c")`, with the quotes and signs of a database.
    fn write(&self, quote: char, or: &str, and: &str) -> String {
        let clauses = self.condition.0.iter().map(|clause| {
            let keys = clause.iter().map(|key| {
                let term = indexed(&self.owner_key, key);
                format!("{quote}{term}{quote}")
            });
            format!("({})", keys.collect::<Vec<_>>().join(or))
        });
        clauses.collect::<Vec<_>>().join(and)
    }
}

/// The terms hold nothing that would end a quotation: no ASCII but letters and digits.
impl Bind for Matching<'_> {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.write('"', " OR ", " AND "))
    }
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.write('\'', " | ", " & "))
    }
    fn push_literal(&self, text: &mut String) {
        self.write('\'', " | ", " & ").push_literal(text);
    }
    fn type_name(&self) -> &'static str {
        Bind::type_name(&String::new())
    }
}

/// What the index keeps of a passage, joined by spaces.
pub(super) fn index_text(owner_id: &str, keys: impl Iterator<Item = Key>) -> String {
    let owner_key = owner_key(owner_id);
    let terms: Vec<String> = keys.map(|key| indexed(&owner_key, &key)).collect();
    terms.join(" ")
}

fn indexed(owner_key: &str, key: &Key) -> String {
    let safe = |term: &str| -> String {
        term.chars()
            .filter(|c| !c.is_ascii() || c.is_ascii_alphanumeric())
            .collect()
    };
    match key {
        Key::Term(term) => format!("{owner_key}w{}", safe(term)),
        Key::Strong(term) => format!("{owner_key}s{}", safe(term)),
        Key::Document(id) => format!("{owner_key}d{}", id.simple()),
    }
}

fn owner_key(owner_id: &str) -> String {
    let mut key = hex::encode(Sha256::digest(owner_id.as_bytes()));
    key.truncate(KEY_DIGITS);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_written_for_either_database() {
        let term = |text: &str| Key::Term(text.to_owned());
        let condition = Match(vec![
            vec![term("a"), term("ü\"' OR")],
            vec![Key::Strong("c".into())],
        ]);
        let matching = Matching {
            condition: &condition,
            owner_key: "k".into(),
        };
        assert_eq!(
            matching.write('"', " OR ", " AND "),
            r#"("kwa" OR "kwüOR") AND ("ksc")"#
        );
        assert_eq!(
            matching.write('\'', " | ", " & "),
            "('kwa' | 'kwüOR') & ('ksc')"
        );
    }

    #[test]
    fn owners_have_keys_of_their_own() {
        assert_ne!(owner_key("alice"), owner_key("bob"));
        assert_eq!(owner_key("alice").len(), KEY_DIGITS);
    }
}
