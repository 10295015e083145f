//! Rows that are parts of a formula in another row: tall signs, limits, the parts of a
//! fraction.

use super::Row;
use crate::formula::{AXIS, Face, Rule};

/// How far apart such a row and its host come on the page's list of rows.
const NEIGHBOURS: usize = 8;

/// Adds each such row to its host, which keeps its place.
pub(in crate::pdf) fn settle(mut rows: Vec<Row>, rules: &[Rule]) -> Vec<Row> {
    rows = settled(rows, &Row::is_tall_sign_of);
    rows = settled(rows, &Row::is_limit_of);
    settled(rows, &|row, host| row.is_in_fraction_of(host, rules))
}

fn settled(rows: Vec<Row>, is_part: &dyn Fn(&Row, &Row) -> bool) -> Vec<Row> {
    let hosts: Vec<Option<usize>> = (0..rows.len()).map(|at| host(&rows, at, is_part)).collect();
    let mut parts: Vec<(usize, Row)> = Vec::new();
    let mut kept: Vec<Option<Row>> = Vec::with_capacity(rows.len());
    for (row, host) in rows.into_iter().zip(&hosts) {
        // A host that is a part itself keeps its own parts out of the text's way.
        match host.filter(|host| hosts.get(*host) == Some(&None)) {
            Some(host) => {
                parts.push((host, row));
                kept.push(None);
            }
            None => kept.push(Some(row)),
        }
    }
    for (host, part) in parts {
        if let Some(Some(host)) = kept.get_mut(host) {
            host.stacked = true;
            host.pieces.extend(part.pieces);
        }
    }
    kept.into_iter().flatten().collect()
}

/// The nearest row that this one is a part of.
fn host(rows: &[Row], at: usize, is_part: &dyn Fn(&Row, &Row) -> bool) -> Option<usize> {
    let row = rows.get(at)?;
    let around = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(rows.len());
    let hosts = around.filter(|other| *other != at && is_part(row, &rows[*other]));
    hosts.min_by(|a, b| {
        let distance =
            |host: &usize| row.gap_to(&rows[*host]) + (row.baseline - rows[*host].baseline).abs();
        distance(a).total_cmp(&distance(b))
    })
}

impl Row {
    /// Takes the rules drawn in it.
    pub(in crate::pdf) fn take_rules(&mut self, rules: &[Rule]) {
        let own = rules.iter().filter(|rule| self.has_rule(rule));
        self.rules = own.copied().collect();
    }

    /// How far it stands beside the nearest piece of another.
    fn gap_to(&self, host: &Self) -> f32 {
        let Some((left, right)) = self.extent() else {
            return f32::MAX;
        };
        let gaps = host
            .visible()
            .map(|piece| (piece.left - right).max(left - piece.right).max(0.0));
        gaps.fold(f32::MAX, f32::min)
    }

    fn is_wordless(&self) -> bool {
        self.visible().all(|piece| {
            piece.face.is_mathematical()
                || piece.text.chars().filter(|c| c.is_alphabetic()).count() <= 3
        })
    }

    /// Signs larger than a line hang from their baseline, a little above the line's own.
    fn is_tall_sign_of(&self, host: &Self) -> bool {
        let tall = |row: &Self| row.visible().all(|piece| piece.face == Face::Extension);
        let above = (self.baseline - host.baseline) / host.size;
        tall(self)
            && !tall(host)
            && host.size > 0.88 * self.size
            && (0.5..1.95).contains(&above)
            && self.gap_to(host) < 1.5 * host.size
    }

    fn is_limit_of(&self, host: &Self) -> bool {
        let small = self.visible().all(|piece| piece.size < 0.88 * host.size);
        let away = (self.baseline - host.baseline).abs() / host.size;
        let Some((left, right)) = self.extent() else {
            return false;
        };
        let middle = f32::midpoint(left, right);
        let takes = host.visible().any(|piece| {
            let large = piece.face == Face::Extension
                || matches!(piece.text.trim(), "lim" | "max" | "min" | "sup" | "inf");
            let reach = 1.2 * host.size;
            large && (piece.left - reach..piece.right + reach).contains(&middle)
        });
        small && self.is_wordless() && (0.5..1.9).contains(&away) && takes
    }

    fn is_in_fraction_of(&self, host: &Self, rules: &[Rule]) -> bool {
        let Some((left, right)) = self.extent() else {
            return false;
        };
        let is_part = |rule: &Rule| {
            let away = (self.baseline - rule.height).abs();
            let on_axis = (rule.height - host.baseline) / host.size - AXIS;
            rule.left - 2.0 < left
                && right < rule.right + 2.0
                && away < 1.4 * self.size
                && on_axis.abs() < 0.2
                && host.has_beside(rule)
        };
        self.is_wordless() && rules.iter().any(is_part)
    }

    /// Whether the rule stands in a gap of the row, or right beside it.
    fn has_beside(&self, rule: &Rule) -> bool {
        let mut gaps = self
            .visible()
            .map(|piece| (piece.left - rule.right).max(rule.left - piece.right));
        let near = self
            .visible()
            .any(|piece| (piece.left - rule.right).max(rule.left - piece.right) < 2.5 * self.size);
        near && gaps.all(|gap| gap > -0.1 * self.size)
    }

    fn has_rule(&self, rule: &Rule) -> bool {
        let Some((left, right)) = self.extent() else {
            return false;
        };
        let away = (rule.height - self.baseline - AXIS * self.size).abs();
        rule.left > left - 2.0
            && rule.right < right + 2.0 * self.size
            && away < 1.8 * self.size
            && (self.stacked || self.visible().any(|piece| piece.is_mathematical()))
    }
}
