//! What is a table, and what only looks like one.

use super::{super::Cell, *};

const SIZE: f32 = 10.0;

/// A line of cells, each at its left edge; letters are half an em wide.
fn line(baseline: f32, cells: &[(f32, &str)]) -> Line {
    let right = |left: f32, text: &str| left + 5.0 * text.chars().count() as f32;
    let cells: Vec<Cell> = cells
        .iter()
        .map(|(left, text)| Cell {
            text: (*text).into(),
            left: *left,
            right: right(*left, text),
        })
        .collect();
    let texts: Vec<&str> = cells.iter().map(|cell| &*cell.text).collect();
    Line {
        text: texts.join(" "),
        left: cells[0].left,
        right: cells[cells.len() - 1].right,
        baseline,
        size: SIZE,
        advance: 5.0,
        cells: if cells.len() > 1 { cells } else { Vec::new() },
        ..Line::default()
    }
}

/// Lines at even distance.
fn even(rows: &[&[(f32, &str)]]) -> Vec<Line> {
    let baselines = (0..).map(|at: u16| 700.0 - 12.0 * f32::from(at));
    rows.iter()
        .zip(baselines)
        .map(|(row, baseline)| line(baseline, row))
        .collect()
}

/// The tables among the lines.
fn tables(mut lines: Vec<Line>) -> Vec<Vec<Vec<String>>> {
    mark(&mut lines, false, &[]);
    let mut found: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        match &line.table {
            Some(table) if table.first => found.push(vec![line]),
            Some(_) => found.last_mut().unwrap().push(line),
            None => {}
        }
    }
    let texts = |row: Vec<Text>| row.iter().map(|cell| cell.to_string()).collect();
    let rows = |lines: &Vec<Line>| rows(lines).into_iter().map(texts).collect();
    found.iter().map(rows).collect()
}

#[test]
fn cells_that_stand_alike_make_a_table() {
    let lines = even(&[
        &[(72.0, "What a table is, in a line before it.")],
        &[(72.0, "Name"), (200.0, "Share")],
        &[(72.0, "Nucleus"), (205.0, "12")],
        &[(72.0, "Cytosol"), (205.0, "54")],
        &[(72.0, "A line after it that runs on over all its columns.")],
    ]);
    assert_eq!(
        tables(lines),
        [[["Name", "Share"], ["Nucleus", "12"], ["Cytosol", "54"]]]
    );
}

#[test]
fn a_cell_may_have_more_lines() {
    let rows: [(f32, &[(f32, &str)]); 5] = [
        (700.0, &[(72.0, "Term"), (200.0, "Meaning")]),
        (680.0, &[(72.0, "Set"), (200.0, "A collection of")]),
        (668.0, &[(200.0, "distinct things")]),
        (648.0, &[(72.0, "Map"), (200.0, "A rule that gives")]),
        (636.0, &[(200.0, "each thing one")]),
    ];
    let lines = rows.map(|(baseline, cells)| line(baseline, cells)).to_vec();
    assert_eq!(
        tables(lines),
        [[
            ["Term", "Meaning"],
            ["Set", "A collection of distinct things"],
            ["Map", "A rule that gives each thing one"]
        ]]
    );
}

#[test]
fn a_cell_higher_than_its_row_keeps_its_lines_together() {
    let rows: [(f32, &[(f32, &str)]); 6] = [
        (700.0, &[(72.0, "Field"), (200.0, "Share")]),
        (676.0, &[(72.0, "Token"), (205.0, "99")]),
        (656.0, &[(72.0, "Instance after")]),
        (650.0, &[(205.0, "82")]),
        (644.0, &[(72.0, "consolidation")]),
        (620.0, &[(72.0, "Title"), (205.0, "96")]),
    ];
    let lines = rows.map(|(baseline, cells)| line(baseline, cells)).to_vec();
    let found = tables(lines);
    assert_eq!(
        found[0][2],
        ["Instance after consolidation", "82"],
        "{found:?}"
    );
    assert_eq!(found[0].len(), 4);
}

#[test]
fn a_place_may_be_empty() {
    let lines = even(&[
        &[(72.0, "Step"), (150.0, "Loss"), (250.0, "Slope")],
        &[(72.0, "0"), (150.0, "18.6"), (250.0, "-3")],
        &[(72.0, "1"), (250.0, "-2")],
        &[(72.0, "2"), (150.0, "1.5"), (250.0, "-1")],
    ]);
    assert_eq!(tables(lines)[0][2], ["1", "", "-2"]);
}

#[test]
fn lists_columns_of_text_and_formulas_are_no_tables() {
    let list = even(&[
        &[(72.0, "a)"), (90.0, "the empty set")],
        &[(72.0, "b)"), (90.0, "the numbers")],
        &[(72.0, "c)"), (90.0, "the functions")],
    ]);
    let text: &[(f32, &str)] = &[
        (72.0, "runs on over one line and another"),
        (300.0, "while it goes on in the second one"),
    ];
    let formulas = even(&[
        &[(72.0, "f(x) = x + 1"), (300.0, "(2.1)")],
        &[(72.0, "g(x) = x + 2"), (300.0, "(2.2)")],
        &[(72.0, "where it is"), (300.0, "(2.3)")],
    ]);
    let matrix = even(&[
        &[(72.0, "1"), (90.0, "0"), (110.0, "0")],
        &[(72.0, "0"), (90.0, "1"), (110.0, "0")],
        &[(72.0, "0"), (90.0, "0"), (110.0, "1")],
    ]);
    for lines in [list, even(&[text; 4]), formulas, matrix] {
        assert!(tables(lines.clone()).is_empty(), "{lines:?}");
    }
}

#[test]
fn words_of_a_drawing_that_go_on_below_are_no_table() {
    let boxes = |last: [&str; 3]| {
        let [one, two, three] = last;
        even(&[
            &[
                (72.0, "parameter a"),
                (200.0, "parameter x"),
                (330.0, "parameter y"),
            ],
            &[
                (72.0, "body (square"),
                (200.0, "body (cube"),
                (330.0, "body (root"),
            ],
            &[(72.0, one), (200.0, two), (330.0, three)],
        ])
    };
    let (torn, closed) = (["(+ a 1))", "(+ x 1))", "(+ y 1))"], ["1", "2", "3"]);
    assert!(tables(boxes(torn)).is_empty());
    let mut lines = boxes(closed);
    for line in &mut lines {
        for cell in &mut line.cells {
            cell.text = cell.text.replace('(', "").as_str().into();
        }
    }
    assert_eq!(tables(lines).len(), 1);
}

#[test]
fn a_contents_page_is_no_table() {
    let mut lines = even(&[
        &[(72.0, "1 Foo"), (300.0, "2")],
        &[(72.0, "2 Bar"), (300.0, "2")],
        &[(72.0, "3 Baz"), (300.0, "4")],
    ]);
    mark(&mut lines, true, &[]);
    assert!(lines.iter().all(|line| line.table.is_none()));
}

#[test]
fn a_matrix_with_a_caption_is_a_table() {
    let lines = even(&[
        &[(72.0, "Table 1: The states")],
        &[(72.0, "0"), (90.0, "1")],
        &[(72.0, "1"), (90.0, "0")],
    ]);
    assert_eq!(tables(lines), [[["0", "1"], ["1", "0"]]]);
}

#[test]
fn a_title_over_some_rows_is_a_row() {
    let lines = even(&[
        &[(72.0, "City"), (150.0, "People"), (250.0, "Area")],
        &[(72.0, "Europe and what belongs to it")],
        &[(72.0, "Rome"), (150.0, "2.8"), (250.0, "1285")],
        &[(72.0, "Paris"), (150.0, "2.1"), (250.0, "105")],
        &[(72.0, "Asia and its islands")],
        &[(72.0, "Tokyo"), (150.0, "14"), (250.0, "2194")],
        &[(72.0, "Delhi"), (150.0, "16"), (250.0, "1484")],
        &[(72.0, "A line behind the table over all of it.")],
    ]);
    let found = tables(lines);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].len(), 7);
    assert_eq!(found[0][4], ["Asia and its islands", "", ""]);
}
