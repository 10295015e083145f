//! Lines in a typewriter face as code.

use super::Line;

/// Deepest indentation kept, in characters.
const INDENT_MAX: f32 = 120.0;

/// Distance between lines, in multiples of their size, from which an empty line lies
/// between them.
const EMPTY_LINE: f32 = 1.9;

/// The lines with the indentation and the empty lines that the page shows.
pub(super) fn indented(lines: &[Line]) -> Vec<String> {
    let margin = lines.iter().map(|line| line.left).fold(f32::MAX, f32::min);
    let mut code = Vec::with_capacity(lines.len());
    let mut above: Option<&Line> = None;
    for line in lines {
        if above.is_some_and(|above| above.baseline - line.baseline > EMPTY_LINE * line.size) {
            code.push(String::new());
        }
        code.push(" ".repeat(columns(line.left - margin, line.advance)) + &line.text);
        above = Some(line);
    }
    code
}

fn columns(distance: f32, advance: f32) -> usize {
    (distance / advance.max(1.0)).round().clamp(0.0, INDENT_MAX) as usize
}
