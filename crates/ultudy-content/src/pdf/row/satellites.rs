//! Rows that are parts of a formula in another row: what tall brackets enclose, tall signs,
//! limits, the parts of a fraction.

use super::{
    Row,
    enclosed::{braced, enclosed},
};
use crate::formula::{AXIS, Face, Hung, Rule, braces, enclosures};

/// How far apart such a row and its host come on the page's list of rows.
const NEIGHBOURS: usize = 8;

/// Farthest that a limit stands from its operator's line, and the second line of one, in
/// sizes of that line.
const FAR: f32 = 1.9;
const SECOND: f32 = 2.7;

/// Most tall brackets, and braces, of a page.
const ENCLOSURES_MAX: usize = 64;

/// Adds each such row to its host, which keeps its place.
pub(in crate::pdf) fn settle(rows: Vec<Row>, rules: &[Rule], hung: &[Hung]) -> Vec<Row> {
    let mut rows = rows;
    for enclosure in enclosures(hung).iter().take(ENCLOSURES_MAX) {
        rows = enclosed(rows, enclosure);
    }
    for brace in braces(hung).iter().take(ENCLOSURES_MAX) {
        rows = braced(rows, brace);
    }
    rows = settled(rows, &Row::is_tall_sign_of);
    rows = settled(rows, &Row::is_limit_of);
    let filled = |rule: &&Rule| rows.iter().any(|row| row.fills(rule));
    let rules: Vec<Rule> = rules.iter().filter(filled).copied().collect();
    rows = settled(rows, &|row, host| row.is_in_fraction_of(host, &rules));
    settled(rows, &|row, host| row.is_denominator_of(host, &rules))
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
    /// Whether a part of it stands above the rule, in the middle, as a numerator does.
    pub(in crate::pdf) fn is_over(&self, rule: &Rule) -> bool {
        let middle = f32::midpoint(rule.left, rule.right);
        self.visible().any(|piece| {
            let above = (piece.baseline - rule.height) / piece.size;
            let within = rule.left - 1.5 < piece.left && piece.right < rule.right + 1.5;
            let near = (f32::midpoint(piece.left, piece.right) - middle).abs() < piece.size;
            (0.0..1.1).contains(&above) && within && near
        })
    }

    /// Takes the rules drawn in it.
    pub(in crate::pdf) fn take_rules(&mut self, rules: &[Rule]) {
        let own = rules.iter().filter(|rule| self.has_rule(rule));
        self.rules = own.copied().collect();
    }

    /// Whether all of it hangs from its baseline.
    pub(super) fn is_hung(&self) -> bool {
        self.visible().all(|piece| piece.face == Face::Extension)
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
        // The lower parts of a bar hang lower.
        let bar = self
            .visible()
            .all(|piece| piece.text.chars().all(|c| c == '⏐'));
        // A script's root hangs from the line itself.
        let script = self.size < 0.88 * host.size;
        let least = match (bar, script) {
            (true, _) => -0.7,
            (_, true) => -0.2,
            _ => 0.5,
        };
        tall(self)
            && !tall(host)
            && host.size > 0.88 * self.size
            && (least..1.95).contains(&above)
            && self.gap_to(host) < 1.5 * host.size
    }

    fn is_limit_of(&self, host: &Self) -> bool {
        let small = self.visible().all(|piece| piece.size < 0.88 * host.size);
        let away = (self.baseline - host.baseline).abs() / host.size;
        let takes = |reach: f32, middle: f32| {
            host.visible().any(|piece| {
                let large = piece.face == Face::Extension
                    || matches!(piece.text.trim(), "lim" | "max" | "min" | "sup" | "inf");
                large && (piece.left - reach..piece.right + reach).contains(&middle)
            })
        };
        // Several operators have theirs in one row.
        let parts = self.stretches();
        let all = |reach: f32| {
            !parts.is_empty()
                && parts
                    .iter()
                    .all(|(left, right)| takes(reach, f32::midpoint(*left, *right)))
        };
        // Words, and the second of two lines, stand right in the middle.
        let is_first = self.is_wordless() && away < FAR && all(1.2 * host.size);
        small && away > 0.5 && (is_first || away < SECOND && all(0.0))
    }

    /// Whether all of it stands above or below rules on the other's axis, right beside it.
    fn is_in_fraction_of(&self, host: &Self, rules: &[Rule]) -> bool {
        let on_axis = |rule: &Rule| {
            let above = (rule.height - host.baseline) / host.size - AXIS;
            above.abs() < 0.2
        };
        let is_part = |rule: &Rule| {
            let away = (self.baseline - rule.height).abs();
            away < 1.4 * self.size && on_axis(rule)
        };
        let near: Vec<&Rule> = rules.iter().filter(|rule| is_part(rule)).collect();
        self.is_wordless()
            && near.iter().any(|rule| host.has_beside(rule))
            && self.is_covered(&near)
    }

    /// Whether it is what the other row is divided by: one rule is between all of them.
    fn is_denominator_of(&self, numerator: &Self, rules: &[Rule]) -> bool {
        let between = |rule: &Rule| {
            let (above, below) = (
                (numerator.baseline - rule.height) / numerator.size,
                (rule.height - self.baseline) / self.size,
            );
            (0.0..0.9).contains(&above) && (0.0..1.3).contains(&below)
        };
        let near: Vec<&Rule> = rules.iter().filter(|rule| between(rule)).collect();
        let covered = |row: &Self| row.is_wordless() && row.is_covered(&near);
        !near.is_empty() && covered(self) && covered(numerator)
    }

    /// Whether what stands right above or below the rule is as long as it, as the longer
    /// part of a fraction is.
    fn fills(&self, rule: &Rule) -> bool {
        let above = (self.baseline - rule.height) / self.size;
        if !(-1.3..1.1).contains(&above) {
            return false;
        }
        let own = || {
            self.visible().filter(|piece| {
                (rule.left..rule.right).contains(&f32::midpoint(piece.left, piece.right))
            })
        };
        let ends = [
            own().map(|piece| piece.left).min_by(f32::total_cmp),
            own().map(|piece| piece.right).max_by(f32::total_cmp),
        ];
        let alike =
            |end: Option<f32>, of: f32| end.is_some_and(|end| (end - of).abs() < 0.4 * self.size);
        alike(ends[0], rule.left) && alike(ends[1], rule.right)
    }

    /// Whether each piece stands above or below one of the rules.
    fn is_covered(&self, rules: &[&Rule]) -> bool {
        self.visible().all(|piece| {
            let mut over = rules.iter();
            over.any(|rule| rule.left - 2.0 < piece.left && piece.right < rule.right + 2.0)
        })
    }

    /// Whether the rule stands in a gap of what stands on the row's baseline, or right
    /// beside it.
    fn has_beside(&self, rule: &Rule) -> bool {
        let gaps = || {
            let on_line = self
                .visible()
                .filter(|piece| (piece.baseline - self.baseline).abs() < 0.3 * self.size);
            on_line.map(|piece| (piece.left - rule.right).max(rule.left - piece.right))
        };
        gaps().any(|gap| gap < 2.5 * self.size) && gaps().all(|gap| gap > -0.1 * self.size)
    }

    fn has_rule(&self, rule: &Rule) -> bool {
        let Some((left, right)) = self.extent() else {
            return false;
        };
        let away = (rule.height - self.baseline - AXIS * self.size).abs();
        rule.left > left - 2.0
            && rule.right < right + 2.0 * self.size
            && away < self.reach.max(1.8 * self.size)
            && (self.stacked || self.visible().any(|piece| piece.is_mathematical()))
    }
}
