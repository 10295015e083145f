//! Runs of glyphs in a line that are formulas.

use std::ops::Range;

use super::{
    Face, Glyph, Level,
    role::{Part, Role},
};

/// A gap as wide as this, in sizes of the line, parts two formulas.
const GAP_MAX: f32 = 2.5;

/// A glyph with its scripts.
#[derive(Debug)]
pub(super) struct Unit {
    /// Its glyphs, the base first.
    pub(super) glyphs: Range<usize>,
    role: Role,
}

/// The glyphs, each with what is raised or lowered behind it.
pub(super) fn units(glyphs: &[Glyph], level: &Level) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut start = 0;
    while let Some(base) = glyphs.get(start) {
        let mut end = start + 1;
        let mut right = base.right;
        while let Some(script) = glyphs.get(end) {
            let beside = script.left - right < 0.5 * level.size;
            if !beside || level.script(script).is_none() || level.script(base).is_some() {
                break;
            }
            right = right.max(script.right);
            end += 1;
        }
        let scripts = &glyphs[start + 1..end];
        let raised = scripts
            .iter()
            .all(|script| level.script(script) == Some(true));
        let mut role = Role::of(base);
        if !scripts.is_empty() {
            role = role.with_scripts(base, scripts, raised);
        }
        if base.face == Face::Italic
            && role.part == Part::Operand
            && is_emphasis(glyphs, start..end)
        {
            role.part = Part::Word;
        }
        units.push(Unit {
            glyphs: start..end,
            role,
        });
        start = end;
    }
    units
}

/// Whether an italic letter stands among italic words.
fn is_emphasis(glyphs: &[Glyph], at: Range<usize>) -> bool {
    let is_word = |glyph: Option<&Glyph>| {
        glyph.is_some_and(|glyph| glyph.face == Face::Italic && glyph.text.chars().count() > 1)
    };
    let before = at
        .start
        .checked_sub(1)
        .and_then(|before| glyphs.get(before));
    at.len() == 1 && (is_word(before) || is_word(glyphs.get(at.end)))
}

/// The ranges of units that are formulas.
pub(super) fn runs(units: &[Unit], glyphs: &[Glyph], level: &Level) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = label(units, glyphs, level);
    while start < units.len() {
        let mut end = start;
        let mut open = 0_usize;
        while let Some(unit) = units.get(end) {
            if matches!(unit.role.part, Part::Word | Part::Code)
                || end > start && parts(units, glyphs, end, open, level)
            {
                break;
            }
            match unit.role.part {
                Part::Open => open += 1,
                Part::Close => open = open.saturating_sub(1),
                _ => {}
            }
            end += 1;
        }
        if let Some(run) = trimmed(units, glyphs, start..end)
            && !beside_code(units, &run)
        {
            found.push(run);
        }
        start = end.max(start + 1);
    }
    found
}

/// How many units the label of an item or note takes up, which begins the line: "5)", "(a)",
/// "•", "²".
fn label(units: &[Unit], glyphs: &[Glyph], level: &Level) -> usize {
    let raised = |glyph: &&Glyph| level.script(glyph) == Some(true) && glyph.is_number();
    let notes = glyphs.iter().take_while(raised).count();
    if notes > 0 {
        return units
            .iter()
            .take_while(|unit| unit.glyphs.end <= notes)
            .count();
    }
    let texts: Vec<&str> = units
        .iter()
        .take(3)
        .map(|unit| match unit.glyphs.len() {
            1 => glyphs[unit.glyphs.start].text.as_str(),
            _ => "",
        })
        .collect();
    let short =
        |text: &str| (1..=3).contains(&text.len()) && text.chars().all(char::is_alphanumeric);
    let length = match texts.as_slice() {
        ["•" | "∙" | "◦", ..] => 1,
        [text, ")", ..] if short(text) => 2,
        ["(", text, ")"] if short(text) => 3,
        _ => 0,
    };
    // "f(x) = 1" and "(x) = 1" begin alike.
    let apart = units
        .get(length)
        .is_some_and(|next| glyphs[next.glyphs.start].spaced && next.role.part != Part::Operator);
    if apart { length } else { 0 }
}

/// Whether a formula that goes up to the unit at `at` ends before it.
fn parts(units: &[Unit], glyphs: &[Glyph], at: usize, open: usize, level: &Level) -> bool {
    let (before, after) = (&units[at - 1], &units[at]);
    let last = &glyphs[before.glyphs.end - 1];
    let first = &glyphs[after.glyphs.start];
    // A colon after a space relates: "f : X → Y".
    let relates = last.text == ":" && last.spaced;
    let ends = before.role.part == Part::Punctuation
        && !relates
        && open == 0
        && first.spaced
        && !last.face.is_mathematical();
    ends || first.left - last.right > GAP_MAX * level.size
}

/// Typewriter text around a sign makes it code.
fn beside_code(units: &[Unit], run: &Range<usize>) -> bool {
    let is_code = |at: Option<usize>| {
        at.and_then(|at| units.get(at))
            .is_some_and(|unit| unit.role.part == Part::Code)
    };
    is_code(run.start.checked_sub(1)) || is_code(Some(run.end))
}

/// The run without what belongs to the text around it; `None` if it is no formula.
fn trimmed(units: &[Unit], glyphs: &[Glyph], run: Range<usize>) -> Option<Range<usize>> {
    let mut run = run;
    loop {
        let before = run.clone();
        let first = units.get(run.start).filter(|_| !run.is_empty())?;
        if !begins(units, glyphs, &run, first) {
            run.start += 1;
        } else if !ends(units, glyphs, &run) {
            run.end -= 1;
        }
        if run == before {
            break;
        }
    }
    let inner = units.get(run.clone())?;
    let evident = inner.iter().any(|unit| unit.role.evident);
    let operand = inner.iter().any(|unit| unit.role.part == Part::Operand);
    (evident && operand).then_some(run)
}

fn begins(units: &[Unit], glyphs: &[Glyph], run: &Range<usize>, first: &Unit) -> bool {
    let glyph = &glyphs[first.glyphs.start];
    match first.role.part {
        Part::Punctuation | Part::Close => false,
        Part::Open => closing(units, run).is_some(),
        // A number before a formula counts something, or is the text's own.
        Part::Operand if !first.role.evident && glyph.text.chars().count() > 0 => {
            let next = run.start + 1;
            run.contains(&next) && (!is_spaced(units, glyphs, next) || joins(&units[next]))
        }
        Part::Operator => {
            first.role.evident || !matches!(glyph.text.as_str(), "/" | "'" | "’" | "*" | "•" | "·")
        }
        _ => true,
    }
}

fn ends(units: &[Unit], glyphs: &[Glyph], run: &Range<usize>) -> bool {
    let at = run.end - 1;
    let last = &units[at];
    match last.role.part {
        Part::Punctuation | Part::Open => false,
        Part::Close => opening(units, run).is_some(),
        Part::Operand if !last.role.evident && run.len() > 1 => {
            !is_spaced(units, glyphs, at) || joins(&units[at - 1])
        }
        Part::Operator => {
            last.role.evident
                || matches!(
                    glyphs[last.glyphs.start].text.as_str(),
                    "'" | "’" | "|" | "=" | "‖"
                )
        }
        _ => true,
    }
}

fn is_spaced(units: &[Unit], glyphs: &[Glyph], at: usize) -> bool {
    units
        .get(at)
        .is_some_and(|unit| glyphs[unit.glyphs.start].spaced)
}

fn joins(unit: &Unit) -> bool {
    matches!(unit.role.part, Part::Operator | Part::Open | Part::Close)
}

/// Where the bracket that begins the run is closed in it.
fn closing(units: &[Unit], run: &Range<usize>) -> Option<usize> {
    let mut open = 0_usize;
    for at in run.clone() {
        match units[at].role.part {
            Part::Open => open += 1,
            Part::Close => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// Where the bracket that ends the run is opened in it.
fn opening(units: &[Unit], run: &Range<usize>) -> Option<usize> {
    let mut closed = 0_usize;
    for at in run.clone().rev() {
        match units[at].role.part {
            Part::Close => closed += 1,
            Part::Open => closed = closed.saturating_sub(1),
            _ => {}
        }
        if closed == 0 {
            return Some(at);
        }
    }
    None
}
