//! Glyphs in a line, with what is raised and lowered, as LaTeX.

use ultudy_domain::formula::Class;

use super::{
    Face, Glyph, Level,
    role::{Part, Role},
    scripts,
    sign::sign,
};

/// Deepest nesting of scripts.
const DEPTH_MAX: usize = 4;

/// Most glyphs of a formula.
const GLYPHS_MAX: usize = 400;

/// A gap as wide as this, in sizes of the line, is written as one.
const WIDE_GAP: f32 = 0.9;

/// The glyphs as LaTeX; `None` where one of them is unknown or there is more than a reader
/// could take in.
pub(super) fn set(glyphs: &[Glyph]) -> Option<String> {
    let whole = glyphs.len() <= GLYPHS_MAX && are_closed(glyphs);
    whole.then(|| nested(glyphs, 0))?
}

/// Whether all tall brackets are in pairs: one by itself goes around more lines than this.
fn are_closed(glyphs: &[Glyph]) -> bool {
    let tall = |signs: [&str; 4]| {
        let all = glyphs.iter().filter(|glyph| glyph.face == Face::Extension);
        all.filter(|glyph| signs.contains(&glyph.text.as_str()))
            .count()
    };
    tall(["(", "[", "{", "⟨"]) == tall([")", "]", "}", "⟩"])
}

fn nested(glyphs: &[Glyph], depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    let level = Level::of(glyphs)?;
    let mut writer = Writer::default();
    let mut rest = glyphs;
    while let Some((first, after)) = rest.split_first() {
        let is_script = |glyph: &&Glyph| level.script(glyph).is_some();
        let length = after.iter().take_while(is_script).count();
        let (mut scripts, others) = after.split_at(length);
        if scripts::printed(first).is_some() {
            writer.push("{}", Class::Ordinary);
            scripts = &rest[..=length];
        } else if is_script(&first) || level.is_left_by(first) {
            // What it belongs to is somewhere else.
            return None;
        } else {
            writer.glyph(first, &level, length > 0)?;
        }
        writer.scripts(scripts, &level, depth)?;
        rest = others;
    }
    Some(writer.finished())
}

#[derive(Default)]
struct Writer {
    latex: String,
    right: Option<f32>,
    /// The class of what was written last.
    last: Option<Class>,
    in_text: bool,
}

impl Writer {
    fn glyph(&mut self, glyph: &Glyph, level: &Level, scripted: bool) -> Option<()> {
        let gap = self.right.map_or(0.0, |right| glyph.left - right);
        self.right = Some(glyph.right);
        if is_word(glyph) && !scripted {
            self.word(glyph);
            return Some(());
        }
        self.end_text(glyph.spaced);
        if glyph.text == "′" && !self.latex.is_empty() {
            self.latex.push('\'');
            return Some(());
        }
        let (latex, class) = sign(glyph)?;
        if latex == "=" && !glyph.spaced && self.latex.ends_with(": ") {
            // One sign, printed as two.
            self.latex.pop();
        }
        if gap > WIDE_GAP * level.size {
            self.push("\\quad", Class::Binary);
        } else if glyph.spaced && !self.latex.ends_with(' ') && !self.latex.is_empty() {
            self.latex.push(' ');
        }
        self.push(&latex, class);
        Some(())
    }

    fn word(&mut self, glyph: &Glyph) {
        if self.in_text {
            if glyph.spaced {
                self.latex.push(' ');
            }
        } else {
            self.push("\\text{", Class::Ordinary);
            self.in_text = true;
            if glyph.spaced {
                self.latex.push(' ');
            }
        }
        let plain = glyph.text.chars().filter(|c| !"\\{}$^_&%#~".contains(*c));
        self.latex.extend(plain);
    }

    fn end_text(&mut self, spaced: bool) {
        if std::mem::take(&mut self.in_text) {
            if spaced {
                self.latex.push(' ');
            }
            self.latex.push('}');
        }
    }

    fn push(&mut self, latex: &str, class: Class) {
        let around = matches!(class, Class::Relation | Class::Binary);
        let sign = class == Class::Binary
            && matches!(
                self.last,
                None | Some(Class::Open | Class::Relation | Class::Binary)
            );
        let word = self.latex.rfind('\\').is_some_and(|at| {
            let name = &self.latex[at + 1..];
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic())
        });
        let meets = word && latex.starts_with(|c: char| c.is_ascii_alphabetic());
        let apart = around && !sign && !self.latex.is_empty();
        let one = latex == "=" && self.latex.ends_with(':');
        if (meets || apart) && !one && !self.latex.ends_with(' ') {
            self.latex.push(' ');
        }
        self.latex.push_str(latex);
        if around && !sign {
            self.latex.push(' ');
        }
        self.last = Some(class);
    }

    fn scripts(&mut self, scripts: &[Glyph], level: &Level, depth: usize) -> Option<()> {
        if scripts.is_empty() {
            return Some(());
        }
        self.end_text(false);
        if is_stacked(self.right, scripts) || self.last == Some(Class::Open) {
            return None;
        }
        let trimmed = self.latex.trim_end().len();
        self.latex.truncate(trimmed);
        let (lowered, raised) = sides(scripts, level);
        let primes = raised
            .iter()
            .all(|glyph| matches!(glyph.sole(), Some('′' | '\'')));
        if !lowered.is_empty() {
            self.latex
                .push_str(&format!("_{{{}}}", nested(&lowered, depth + 1)?));
        }
        if primes {
            self.latex.push_str(&"'".repeat(raised.len()));
        } else {
            self.latex
                .push_str(&format!("^{{{}}}", nested(&raised, depth + 1)?));
        }
        if matches!(
            self.last,
            Some(Class::Relation | Class::Binary | Class::Large)
        ) {
            self.latex.push(' ');
        }
        let rights = scripts.iter().map(|glyph| glyph.right);
        self.right = self.right.map(|right| rights.fold(right, f32::max));
        Some(())
    }

    fn finished(mut self) -> String {
        self.end_text(false);
        let latex = self.latex.trim();
        let latex = latex.replace(". . .", "\\dots").replace("...", "\\dots");
        latex.replace("\\cdot \\cdot \\cdot", "\\cdots")
    }
}

/// Whether some of the scripts stand above or below their base, not beside it.
pub(super) fn is_stacked(right: Option<f32>, scripts: &[Glyph]) -> bool {
    right.is_some_and(|right| {
        let mut lefts = scripts.iter().map(|script| (script.left, script.size));
        lefts.any(|(left, size)| left < right - 0.6 * size)
    })
}

/// A word of the text that stands in the formula.
pub(super) fn is_word(glyph: &Glyph) -> bool {
    glyph.latex.is_none()
        && glyph.text.chars().count() > 1
        && Role::of(glyph).part == Part::Word
        && glyph.text.chars().any(char::is_alphabetic)
}

/// The scripts below and those above, each with its own scripts.
fn sides(glyphs: &[Glyph], level: &Level) -> (Vec<Glyph>, Vec<Glyph>) {
    let largest = glyphs.iter().map(|glyph| glyph.size).fold(0.0, f32::max);
    let mut lowered: Vec<Glyph> = Vec::new();
    let mut raised: Vec<Glyph> = Vec::new();
    for glyph in glyphs {
        let end = |side: &[Glyph]| {
            side.last()
                .map_or(f32::MAX, |last| (glyph.left - last.right).abs())
        };
        let (below, above) = (end(&lowered), end(&raised));
        let own = glyph.size < 0.9 * largest && (below < f32::MAX || above < f32::MAX);
        let up = if own && (below - above).abs() > 0.1 * level.size {
            above < below
        } else {
            level.script(glyph) == Some(true)
        };
        if up { &mut raised } else { &mut lowered }.push(scripts::unprinted(glyph));
    }
    (lowered, raised)
}
