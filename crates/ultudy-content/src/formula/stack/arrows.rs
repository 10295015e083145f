//! Arrows drawn as long as what stands over them, and other relations with something over
//! them.

use ultudy_domain::formula::Class;

use super::{chosen, replaced};
use crate::formula::{Face, Glyph, Level, set::set, sign::sign};

/// Most arrows in one formula.
const ARROWS_MAX: usize = 16;

/// How far above an arrow's baseline its words stand, in sizes.
const ABOVE: std::ops::Range<f32> = 0.3..1.2;

/// Shafts and the heads they end in: the long arrow's command.
const ARROWS: [(&str, &str, &str); 5] = [
    ("=", "⇒", "Longrightarrow"),
    ("−", "→", "longrightarrow"),
    ("-", "→", "longrightarrow"),
    ("=", "⇔", "Longleftrightarrow"),
    ("−", "↦", "longmapsto"),
];

/// The glyphs with each long arrow and what stands over it as one.
pub(super) fn fold(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    for _ in 0..ARROWS_MAX {
        let Some((shaft, head, command)) = arrow(&glyphs) else {
            break;
        };
        let Some(folded) = whole(&glyphs, &shaft, head, command) else {
            break;
        };
        glyphs = folded;
    }
    relations(glyphs)
}

/// The glyphs with each relation and the small glyphs right over it as one.
fn relations(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let Some(level) = Level::of(&glyphs) else {
        return glyphs;
    };
    let mut at = 0;
    while let Some(glyph) = glyphs.get(at) {
        let relates = glyph.latex.is_none()
            && level.script(glyph).is_none()
            && sign(glyph).is_some_and(|(_, class)| class == Class::Relation);
        if relates && let Some(folded) = related(&glyphs, at, &level) {
            glyphs = folded;
        }
        at += 1;
    }
    glyphs
}

fn related(glyphs: &[Glyph], at: usize, level: &Level) -> Option<Vec<Glyph>> {
    let relation = glyphs.get(at)?;
    let mut taken = vec![false; glyphs.len()];
    let (mut left, mut right) = (relation.left, relation.right);
    let mut reach = -0.2 * level.size;
    loop {
        let next = glyphs.iter().zip(&taken).position(|(glyph, taken)| {
            let above = (glyph.baseline - level.baseline) / level.size;
            let small = glyph.size < 0.88 * level.size && ABOVE.contains(&above);
            !taken && small && glyph.left < right + reach && glyph.right > left - reach
        });
        let Some(next) = next else { break };
        if reach < 0.0 {
            // From here on what goes on from it.
            (left, right) = (glyphs[next].left, glyphs[next].right);
            reach = 0.5 * glyphs[next].size;
        }
        taken[next] = true;
        left = left.min(glyphs[next].left);
        right = right.max(glyphs[next].right);
    }
    let over = chosen(glyphs, &taken);
    let off = f32::midpoint(left, right) - f32::midpoint(relation.left, relation.right);
    if over.is_empty() || off.abs() > 0.4 * level.size {
        return None;
    }
    let (name, _) = sign(relation)?;
    let whole = Glyph {
        latex: Some(format!("\\overset{{{}}}{{{}}} ", set(&over)?, name.trim())),
        face: Face::Maths,
        ..relation.clone()
    };
    taken[at] = true;
    Some(replaced(glyphs, &taken, whole))
}

/// The parts of the first arrow's shaft, from the right, its head and its command.
fn arrow(glyphs: &[Glyph]) -> Option<(Vec<usize>, usize, &'static str)> {
    glyphs.iter().enumerate().find_map(|(head, glyph)| {
        let of_head = ARROWS.iter().filter(|(_, head, _)| glyph.text == *head);
        of_head
            .filter(|_| glyph.latex.is_none())
            .find_map(|(part, _, command)| {
                let shaft = shaft(glyphs, head, part);
                (!shaft.is_empty()).then_some((shaft, head, *command))
            })
    })
}

/// The parts that lead up to the head, each into the next.
fn shaft(glyphs: &[Glyph], head: usize, part: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = head;
    for (at, glyph) in glyphs.iter().enumerate().take(head).rev() {
        let after = &glyphs[next];
        let level = (glyph.baseline - after.baseline).abs() < 0.1 * after.size;
        if glyph.text != part || !level || glyph.latex.is_some() {
            continue;
        }
        // Signs side by side are set apart.
        if glyph.right < after.left + 0.02 * after.size {
            break;
        }
        found.push(at);
        next = at;
    }
    found
}

fn whole(glyphs: &[Glyph], shaft: &[usize], head: usize, command: &str) -> Option<Vec<Glyph>> {
    let (first, last) = (&glyphs[*shaft.last()?], &glyphs[head]);
    let is_over = |glyph: &Glyph| {
        let middle = f32::midpoint(glyph.left, glyph.right);
        let above = (glyph.baseline - last.baseline) / last.size;
        let small = glyph.size < 0.88 * last.size;
        small && (first.left..last.right).contains(&middle) && ABOVE.contains(&above)
    };
    let over: Vec<bool> = glyphs.iter().map(is_over).collect();
    let words = chosen(glyphs, &over);
    let latex = if words.is_empty() {
        format!("\\{command} ")
    } else {
        format!("\\overset{{{}}}{{\\{command}}} ", set(&words)?)
    };
    let mut taken = over;
    for at in shaft.iter().chain([&head]) {
        taken[*at] = true;
    }
    let arrow = Glyph {
        text: last.text.clone(),
        latex: Some(latex),
        left: first.left,
        face: Face::Maths,
        spaced: first.spaced,
        ..last.clone()
    };
    Some(replaced(glyphs, &taken, arrow))
}
