//! Tables as tables, with all they hold.

use crate::{
    harness::{document, markdown, text},
    pdf_file::{Face, Page, PdfFile},
};

/// A table whose columns begin at these places.
fn table(page: Page, top: f32, columns: &[f32], rows: &[&[&str]]) -> Page {
    let heights = (0..).map(|row: u16| top - 16.0 * f32::from(row));
    rows.iter().zip(heights).fold(page, |page, (row, y)| {
        let cells = row.iter().zip(columns).filter(|(text, _)| !text.is_empty());
        cells.fold(page, |page, (text, x)| {
            page.at(*x, y, Face::Plain, 11.0, text)
        })
    })
}

const PARTS: [&[&str]; 4] = [
    &["Part", "Share", "Where it is"],
    &["Nucleus", "10 %", "inside"],
    &["Cytosol", "54 %", "around it"],
    &["Membrane", "5 %", "outside"],
];

#[tokio::test]
async fn a_table_stands_between_its_caption_and_the_text() {
    let page =
        Page::new().text(&["The parts of a cell are not of one size, as a look at it shows."]);
    let page = page.at(
        72.0,
        660.0,
        Face::Plain,
        11.0,
        "Table 1: The parts of a cell",
    );
    let page = table(page, 640.0, &[72.0, 180.0, 260.0], &PARTS);
    let page = page.at(
        72.0,
        560.0,
        Face::Plain,
        11.0,
        "Most of it is neither nucleus nor membrane, but what lies between.",
    );
    let file = PdfFile::default().page(page).build();
    let markdown = markdown(&file).await;
    assert!(
        markdown.contains(
            "\n\nTable 1: The parts of a cell\n\n\
             | Part | Share | Where it is |\n| --- | --- | --- |\n| Nucleus | 10 % | inside |\n\
             | Cytosol | 54 % | around it |\n| Membrane | 5 % | outside |\n\nMost of it"
        ),
        "{markdown}"
    );
    let text = text(&file).await;
    assert!(
        text.contains("Nucleus\t10 %\tinside\nCytosol\t54 %\taround it\n"),
        "{text}"
    );
}

#[tokio::test]
async fn a_section_of_nothing_but_a_table_is_one() {
    let page = table(Page::new(), 700.0, &[72.0, 180.0, 260.0], &PARTS);
    let document = document(&PdfFile::default().page(page).build()).await;
    let [section] = document.sections.as_slice() else {
        panic!("{:?}", document.sections);
    };
    assert_eq!(
        section.markdown.matches("\n|").count(),
        5,
        "{}",
        section.markdown
    );
    assert!(!section.name.is_empty());
    assert_eq!(section.description, None);
}

#[tokio::test]
async fn a_section_of_nothing_but_code_is_one_block_of_it() {
    let code = [
        "def area(r):",
        "    if r < 0:",
        "        return 0",
        "    return 3 * r * r",
    ];
    let page = code.iter().fold(Page::new(), |page, line| {
        page.line(Face::Typewriter, 10.0, line)
    });
    let document = document(&PdfFile::default().page(page).build()).await;
    let [section] = document.sections.as_slice() else {
        panic!("{:?}", document.sections);
    };
    let fenced = format!("```\n{}\n```", code.join("\n"));
    assert_eq!(
        section.markdown.trim(),
        format!("<!-- page 1 -->\n\n{fenced}")
    );
    assert!(!section.name.is_empty());
}

#[tokio::test]
async fn a_cell_of_several_lines_is_one_and_a_bar_in_it_text() {
    let page =
        Page::new().text(&["What follows is a table of two terms, with what each of them means."]);
    let page = table(page, 660.0, &[72.0, 180.0], &[&["Term", "Meaning"]]);
    let page = table(
        page,
        636.0,
        &[72.0, 180.0],
        &[&["Set", "A collection of things, which are"]],
    );
    let page = table(page, 623.0, &[72.0, 180.0], &[&["", "called its elements"]]);
    let page = table(
        page,
        599.0,
        &[72.0, 180.0],
        &[&["|A|", "The number of the elements that"]],
    );
    let page = table(page, 586.0, &[72.0, 180.0], &[&["", "a set A has"]]);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains(
            "| Term | Meaning |\n| --- | --- |\n\
             | Set | A collection of things, which are called its elements |\n\
             | \\|A\\| | The number of the elements that a set A has |\n"
        ),
        "{markdown}"
    );
}

#[tokio::test]
async fn the_head_of_a_table_is_no_heading() {
    let text = ["A line of text that stands above the table and says what is in it."; 6];
    let page = Page::new().heading("Results").text(&text);
    let head = ["Method", "Cost", "Path"].iter().zip([72.0, 180.0, 260.0]);
    let page = head.fold(page, |page, (text, x)| {
        page.at(x, 560.0, Face::Bold, 11.0, text)
    });
    let page = table(
        page,
        544.0,
        &[72.0, 180.0, 260.0],
        &[&["Full", "high", "smooth"], &["Some", "low", "jagged"]],
    );
    let document = document(&PdfFile::default().page(page).build()).await;
    let markdown = &document.sections[0].markdown;
    assert!(
        markdown.contains("| Method | Cost | Path |\n| --- | --- | --- |\n| Full |"),
        "{markdown}"
    );
    assert!(
        document
            .headings
            .iter()
            .all(|heading| heading.title == "Results")
    );
}

#[tokio::test]
async fn a_caption_however_it_is_set_is_no_heading() {
    let text = ["A line of text that stands above the table and says what is in it."; 6];
    let page = Page::new().heading("Results").text(&text);
    let page = page.at(
        72.0,
        580.0,
        Face::Bold,
        13.0,
        "Table 1: The parts of a cell",
    );
    let page = table(page, 560.0, &[72.0, 180.0, 260.0], &PARTS);
    let document = document(&PdfFile::default().page(page).build()).await;
    let markdown = &document.sections[0].markdown;
    assert!(
        markdown.contains("\n\nTable 1: The parts of a cell\n\n| Part |"),
        "{markdown}"
    );
    assert!(
        document
            .headings
            .iter()
            .all(|heading| heading.title == "Results")
    );
}

#[tokio::test]
async fn a_table_goes_on_over_a_page_s_end() {
    let columns = [72.0, 180.0, 260.0];
    let first =
        Page::new().text(&["The parts of a cell are not of one size, as a look at it shows."]);
    let first = table(first, 120.0, &columns, &PARTS);
    let next = table(
        Page::new(),
        720.0,
        &columns,
        &[
            PARTS[0],
            &["Golgi", "3 %", "near it"],
            &["Wall", "9 %", "far"],
        ],
    );
    let next = next.at(
        72.0,
        640.0,
        Face::Plain,
        11.0,
        "Most of it is neither nucleus nor membrane, but what lies between.",
    );
    let file = PdfFile::default().pages([first, next]).build();
    let markdown = markdown(&file).await;
    assert!(
        markdown.contains("| Membrane | 5 % | outside |\n| Golgi | 3 % | near it |\n| Wall"),
        "{markdown}"
    );
    assert_eq!(markdown.matches("Where it is").count(), 1, "{markdown}");
}

#[tokio::test]
async fn a_cell_keeps_its_formulas() {
    let rows: [&[&str]; 3] = [
        &["Shape", "Area", "Sides"],
        &["Square", "a", "four"],
        &["Circle", "", "none"],
    ];
    let page = Page::new().text(&["What shapes there are, and how large they are, is shown."]);
    let page = table(page, 640.0, &[72.0, 180.0, 260.0], &rows);
    let page = page
        .at(186.2, 628.0, Face::Plain, 7.0, "2")
        .at(180.0, 608.0, Face::Plain, 11.0, "r")
        .at(184.0, 612.0, Face::Plain, 7.0, "2");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains("| Square | $a^{2}$ | four |\n| Circle | $r^{2}$ | none |"),
        "{markdown}"
    );
}
