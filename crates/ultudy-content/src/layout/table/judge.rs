//! Whether lines that stand in columns are a table.

use super::{Columns, run::Strip};

/// Fewest rows, and with a caption or a bold head.
const ROWS_MIN: usize = 3;
const ROWS_MIN_TOLD: usize = 2;

/// Share of a column's cells that stand alike where the column is aligned.
const ALIGNED: f32 = 0.66;

/// How far, in ems, cells stand alike.
const TOLERANCE: f32 = 0.35;

/// Least share of aligned columns, and of places with something in them.
const ALIGNED_COLUMNS: f32 = 0.6;
const FILLED: f32 = 0.5;

/// Rows under which a table without a caption or a bold head is filled to this share.
const ROWS_SURE: usize = 5;
const FILLED_FEW: f32 = 0.85;

/// Least share of the rows with something in more than one column, and most lines that
/// hold one cell.
const PARTED: f32 = 0.6;
const LONE_MAX: f32 = 0.6;

/// Most of the cells that may be parts of formulas.
const FORMULAS_MAX: f32 = 0.4;

/// Most of the cells that may open a bracket and not close it.
const TORN_MAX: f32 = 0.2;

/// Characters of a line, on average, from which a column is one of running text.
const PROSE_CHARS: f32 = 25.0;

/// Lines in columns.
pub(super) struct Found<'a> {
    pub(super) strips: &'a [Strip<'a>],
    pub(super) columns: &'a Columns,
    /// Which of the lines begin a row.
    pub(super) begins: &'a [bool],
}

impl Found<'_> {
    pub(super) fn is_table(&self, captioned: bool, in_contents: bool) -> bool {
        let rows = self.begins.iter().filter(|begins| **begins).count();
        let told = captioned || self.has_bold_head() && self.columns.count() > 2;
        rows >= if told { ROWS_MIN_TOLD } else { ROWS_MIN }
            && self.is_aligned()
            && self.is_filled(told)
            && (captioned || self.has_words() && !self.has_numbered_lines())
            && !self.has_numbered_formulas()
            && !self.has_column_of_signs()
            && !self.is_torn()
            && !self.is_prose()
            && !(in_contents && self.leads_to_pages())
    }

    fn has_bold_head(&self) -> bool {
        let mut strips = self.strips.iter();
        strips.next().is_some_and(|head| head.line.bold)
            && strips.next_back().is_some_and(|last| !last.line.bold)
    }

    /// The column's cells in order, as extents and texts.
    fn column(&self, column: usize) -> impl Iterator<Item = (f32, f32, &str)> {
        let cells = self.strips.iter().flat_map(|strip| strip.cells.iter());
        let own = cells.filter(move |cell| self.columns.of(cell) == Some(column));
        own.map(|cell| (cell.left, cell.right, &*cell.text))
    }

    fn is_aligned(&self) -> bool {
        let size = self.strips.first().map_or(10.0, |strip| strip.line.size);
        let aligned = (0..self.columns.count()).filter(|column| {
            let numbers = self
                .column(*column)
                .filter(|(.., text)| is_number(text))
                .count();
            let all = self.column(*column).count();
            let edges: [fn((f32, f32)) -> f32; 3] = [
                |(left, _)| left,
                |(_, right)| right,
                |(left, right)| (left + right) / 2.0,
            ];
            let alike = |edge: fn((f32, f32)) -> f32| {
                let edges = self
                    .column(*column)
                    .map(|(left, right, _)| edge((left, right)));
                share(most_alike(edges.collect(), TOLERANCE * size), all)
            };
            share(numbers, all) >= ALIGNED || edges.into_iter().any(|edge| alike(edge) >= ALIGNED)
        });
        let aligned = aligned.count();
        aligned >= 2 && share(aligned, self.columns.count()) >= ALIGNED_COLUMNS
    }

    /// Whether most places hold something, most rows more than one thing, and the head most.
    fn is_filled(&self, told: bool) -> bool {
        let rows = self.filled();
        let all: usize = rows.iter().sum();
        let parted = rows.iter().filter(|filled| **filled > 1).count();
        let head = rows.first().copied().unwrap_or_default();
        let lone = self
            .strips
            .iter()
            .filter(|strip| strip.cells.len() < 2)
            .count();
        // A few labels of a drawing stand alike by chance.
        let few = rows.len() < ROWS_SURE && !told;
        share(all, rows.len() * self.columns.count()) >= if few { FILLED_FEW } else { FILLED }
            && share(parted, rows.len()) >= PARTED
            && share(head, self.columns.count()) >= FILLED
            && share(lone, self.strips.len()) <= LONE_MAX
    }

    /// In how many columns each row holds something.
    fn filled(&self) -> Vec<usize> {
        let mut rows = Vec::new();
        let mut seen = Vec::new();
        for (strip, begins) in self.strips.iter().zip(self.begins) {
            if *begins {
                seen = vec![false; self.columns.count()];
                rows.push(0);
            }
            for column in strip.cells.iter().filter_map(|cell| self.columns.of(cell)) {
                if let (Some(seen), Some(row)) = (seen.get_mut(column), rows.last_mut()) {
                    *row += usize::from(!std::mem::replace(seen, true));
                }
            }
        }
        rows
    }

    /// Lines with their numbers before them, as algorithms have.
    fn has_numbered_lines(&self) -> bool {
        let numbers = self.column(0).map(|(.., text)| text.parse::<u32>().ok());
        let numbers: Option<Vec<u32>> = numbers.collect();
        let follow = |numbers: Vec<u32>| numbers.windows(2).all(|two| two[0] + 1 == two[1]);
        self.columns.count() == 2 && numbers.is_some_and(follow)
    }

    /// Cells whose brackets are closed in another row: words of a drawing, or code.
    fn is_torn(&self) -> bool {
        let mut open: Vec<Vec<Option<isize>>> = Vec::new();
        for (strip, begins) in self.strips.iter().zip(self.begins) {
            if *begins || open.is_empty() {
                open.push(vec![None; self.columns.count()]);
            }
            for cell in strip.cells.iter() {
                let place = self.columns.of(cell).zip(open.last_mut());
                if let Some(so_far) = place.and_then(|(column, row)| row.get_mut(column)) {
                    let count = |sign: char| cell.text.chars().filter(|c| *c == sign).count();
                    let more = count('(').cast_signed() - count(')').cast_signed();
                    *so_far = Some(so_far.unwrap_or(0) + more);
                }
            }
        }
        let cells: Vec<isize> = open.into_iter().flatten().flatten().collect();
        let torn = cells.iter().filter(|open| **open > 0).count();
        share(torn, cells.len()) > TORN_MAX
    }

    /// A column of nothing but signs: the ends of proofs, arrows, boxes to tick.
    fn has_column_of_signs(&self) -> bool {
        let says = |text: &str| text.chars().any(char::is_alphanumeric) || is_number(text);
        (0..self.columns.count()).any(|column| !self.column(column).any(|(.., text)| says(text)))
    }

    /// Words in its head or its first column, and no more formulas than there may be.
    fn has_words(&self) -> bool {
        let head = self
            .strips
            .first()
            .into_iter()
            .flat_map(|head| head.cells.iter());
        let mut texts = head
            .map(|cell| &*cell.text)
            .chain(self.column(0).map(|(.., text)| text));
        let cells = || self.strips.iter().flat_map(|strip| strip.cells.iter());
        let formulas = cells().filter(|cell| is_formula(&cell.text)).count();
        texts.any(has_word) && share(formulas, cells().count()) <= FORMULAS_MAX
    }

    /// "(3.1)" in the last column: formulas with their numbers.
    fn has_numbered_formulas(&self) -> bool {
        let numbered = |text: &str| {
            let number = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'));
            number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        };
        let last = || self.column(self.columns.count() - 1);
        let count = last().filter(|(.., text)| numbered(text)).count();
        share(count, last().count()) >= 0.5
    }

    /// Two columns or more of text that goes on from line to line.
    fn is_prose(&self) -> bool {
        let is_text = |column: &usize| {
            let (mut chars, mut small, mut lines) = (0, 0, 0);
            for (.., text) in self.column(*column) {
                lines += 1;
                chars += text.chars().count();
                small += usize::from(text.starts_with(char::is_lowercase));
            }
            share(chars, lines) >= PROSE_CHARS && share(small, lines) >= 0.4
        };
        let whole = self.begins.iter().all(|begins| *begins);
        whole && (0..self.columns.count()).filter(is_text).count() >= 2
    }

    /// Numbers in the last column that never fall, as in a contents page.
    fn leads_to_pages(&self) -> bool {
        let last = || self.column(self.columns.count() - 1);
        let pages = last().map(|(.., text)| text.parse::<u32>().ok());
        let pages: Vec<u32> = pages.flatten().collect();
        pages.is_sorted() && pages.len() * 2 >= last().count()
    }
}

/// A number, with its sign and unit: "−1", "97.5 %", "12,000", "$3", or a dash for none.
pub(super) fn is_number(text: &str) -> bool {
    let marks = |c: char| c.is_numeric() || " .,+-−–—%±×/:()$€£°".contains(c);
    !text.is_empty() && text.chars().all(marks)
}

fn has_word(text: &str) -> bool {
    let in_words = |c: char| c.is_alphabetic();
    text.split(|c| !in_words(c))
        .any(|word| word.chars().count() >= 3 || word.chars().any(crate::pdf::is_spaceless))
}

fn is_formula(text: &str) -> bool {
    const SIGNS: &str = "=<>≤≥≠≈∈∉⊂⊆∪∩→⇒⇔↦∑∏∫∂∀∃·∘+±";
    text.chars().any(|c| SIGNS.contains(c)) && !has_word(text) && !is_number(text)
}

/// How many of the values lie within the tolerance of the middle one.
fn most_alike(mut values: Vec<f32>, tolerance: f32) -> usize {
    values.sort_by(f32::total_cmp);
    let middle = values.get(values.len() / 2).copied().unwrap_or_default();
    values
        .iter()
        .filter(|value| (*value - middle).abs() <= tolerance)
        .count()
}

fn share(some: usize, all: usize) -> f32 {
    some as f32 / all.max(1) as f32
}
