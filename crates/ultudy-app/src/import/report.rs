//! What an import tells: of each table how many rows came over, and why the others did not.

use std::collections::BTreeMap;

/// Examples kept of each reason.
const EXAMPLES: usize = 3;

/// What became of one table's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableReport {
    /// Rows that came over now.
    pub imported: u64,
    /// Rows that an earlier run had brought over; they were left as they are.
    pub known: u64,
    /// Rows that did not come over: the reason, how many, and the ids of the first.
    pub left_out: BTreeMap<&'static str, Reason>,
    /// Rows of which a part did not come over, or was mended.
    pub mended: BTreeMap<&'static str, Reason>,
}

/// How often, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// How often.
    pub count: u64,
    /// The ids of the first rows.
    pub examples: Vec<String>,
}

/// What became of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Owners of rows.
    pub owners: u64,
    /// Of each table.
    pub tables: BTreeMap<&'static str, TableReport>,
    /// Tables for which there is no place here, with their rows.
    pub no_place: BTreeMap<String, u64>,
    /// Columns that are not carried over, as `table.column`.
    pub ignored_columns: Vec<String>,
}

impl Reason {
    fn note(&mut self, id: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(id.to_owned());
        }
    }
}

impl Report {
    /// What became of a table's rows.
    pub fn table(&mut self, table: &'static str) -> &mut TableReport {
        self.tables.entry(table).or_default()
    }

    /// A row did not come over.
    pub(super) fn leave_out(&mut self, table: &'static str, id: &str, reason: &'static str) {
        let left_out = &mut self.table(table).left_out;
        left_out.entry(reason).or_default().note(id);
    }

    /// A part of a row did not come over, or was mended.
    pub(super) fn mend(&mut self, table: &'static str, id: &str, what: &'static str) {
        let mended = &mut self.table(table).mended;
        mended.entry(what).or_default().note(id);
    }
}
