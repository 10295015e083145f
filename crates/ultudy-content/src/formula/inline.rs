//! A line's glyphs as text with its formulas.

use std::ops::Range;

use ultudy_domain::formula::{plain, subscript, superscript};

use super::{
    Face, Formula, Glyph, Level, Rule, accents, check, is_lost, relation, runs, scripts, set, stack,
};

/// A line's text and the formulas in it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) formulas: Vec<Formula>,
}

/// Reads the glyphs of a line, in order from left to right, and the `rules` drawn in it;
/// `None` if it is words alone, all on one baseline.
pub(crate) fn read(glyphs: Vec<Glyph>, rules: &[Rule]) -> Option<Reading> {
    let glyphs = stack::fold(scripts::part(accents::join(glyphs)), rules);
    let level = Level::of(&glyphs)?;
    let units = runs::units(&glyphs, &level);
    let runs = runs::runs(&units, &glyphs, &level);
    let scripts = units.iter().any(|unit| unit.glyphs.len() > 1);
    let lost = glyphs.iter().any(|glyph| glyph.text.contains(is_lost));
    if runs.is_empty() && !scripts && !lost {
        return None;
    }
    let mut reading = Reading::default();
    let mut at = 0;
    let mut runs = runs.into_iter().peekable();
    while at < units.len() {
        if let Some(run) = runs.next_if(|run| run.start == at) {
            let first = units[run.start].glyphs.start;
            let last = units[run.end - 1].glyphs.end;
            // What it is a script of is somewhere else.
            let torn = scripts::printed(&glyphs[first]).is_none()
                && level.script(&glyphs[first]).is_some();
            reading.formula(&glyphs[first..last], torn);
            at = run.end;
        } else {
            reading.unit(&glyphs[units[at].glyphs.clone()], &level);
            at += 1;
        }
    }
    Some(reading)
}

/// Whether it is a tall bracket, which goes around lines that are not here.
fn is_bracket(glyph: &Glyph) -> bool {
    let brackets = |c| "()[]{}⟨⟩".contains(c) || ('\u{239b}'..='\u{23b3}').contains(&c);
    glyph.face == Face::Extension && glyph.text.contains(brackets)
}

impl Reading {
    fn formula(&mut self, glyphs: &[Glyph], torn: bool) {
        let latex = set::set(glyphs).filter(|latex| !torn && check::is_sound(latex));
        let text = latex.as_deref().map(plain).filter(|text| !text.is_empty());
        self.space(glyphs.first().is_some_and(|glyph| glyph.spaced));
        let start = self.text.len();
        match (latex, text) {
            (Some(latex), Some(text)) => {
                self.text.push_str(&text);
                self.mark(start, Some(latex), relation::places(glyphs));
            }
            _ => {
                self.push_as_printed(glyphs);
                self.mark(start, None, Vec::new());
            }
        }
    }

    /// Appends what is printed, from left to right; what stands above one another, from the
    /// top down.
    fn push_as_printed(&mut self, glyphs: &[Glyph]) {
        let mut printed: Vec<&Glyph> = glyphs.iter().collect();
        let stacked = glyphs.windows(2).any(|pair| match pair {
            [before, after] => after.left < before.right - 0.6 * after.size,
            _ => false,
        });
        if stacked {
            printed.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
        }
        let mut height = printed.first().map(|glyph| glyph.baseline);
        for (at, glyph) in printed.into_iter().enumerate() {
            let next = stacked && height.replace(glyph.baseline) != Some(glyph.baseline);
            self.space(at > 0 && (glyph.spaced || next));
            self.text.push_str(&glyph.text);
        }
    }

    /// Appends a glyph of the text with what is raised or lowered behind it.
    fn unit(&mut self, glyphs: &[Glyph], level: &Level) {
        let Some((base, scripts)) = glyphs.split_first() else {
            return;
        };
        self.space(base.spaced);
        let start = self.text.len();
        self.text.push_str(&base.text);
        let mut rest = scripts;
        while let Some(first) = rest.first() {
            let side = level.script(first);
            let length = rest
                .iter()
                .take_while(|glyph| level.script(glyph) == side)
                .count();
            let (these, others) = rest.split_at(length);
            let script: String = these.iter().map(|glyph| glyph.text.as_str()).collect();
            let moved = match side {
                Some(true) => superscript(&script),
                _ => subscript(&script),
            };
            self.text.push_str(&moved.unwrap_or(script));
            rest = others;
        }
        let lost = start > 0 && self.text[start..].contains(is_lost) || is_bracket(base);
        if lost || set::is_stacked(Some(base.right), scripts) {
            self.mark(start, None, Vec::new());
        }
    }

    fn space(&mut self, wanted: bool) {
        if wanted && !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Marks what was appended as a formula; with the one before it, if both are lost.
    fn mark(&mut self, start: usize, latex: Option<String>, relations: Vec<f32>) {
        let range: Range<usize> = start..self.text.len();
        match self.formulas.last_mut() {
            Some(last) if latex.is_none() && last.latex.is_none() && last.range.end == start => {
                last.range.end = range.end;
            }
            _ => self.formulas.push(Formula {
                range,
                latex,
                relations,
            }),
        }
    }
}
