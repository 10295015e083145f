//! Pages as Markdown.

use ultudy_domain::section::split_pages;

use crate::{
    harness::{document, markdown, text},
    pdf_file::{Face, Page, PdfFile},
};

const PROSE: [&str; 3] = [
    "A set is a collection of distinct things, which are called its ele-",
    "ments. Two sets are equal when they have the same elements, and in no",
    "other case; the order in which they are named does not matter.",
];

#[tokio::test]
async fn lines_become_paragraphs_under_their_headings() {
    let page = Page::new().heading("Sets and maps").text(&PROSE);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert_eq!(
        markdown.trim(),
        "<!-- page 1 -->\n\n## Sets and maps\n\n\
         A set is a collection of distinct things, which are called its elements. Two sets are \
         equal when they have the same elements, and in no other case; the order in which they \
         are named does not matter."
    );
}

#[tokio::test]
async fn lists_and_code_keep_their_lines() {
    let page = Page::new()
        .text(&PROSE)
        .gap()
        .text(&["\\225 the empty set", "\\225 the natural numbers"])
        .gap()
        .line(Face::Typewriter, 10.0, "def area(r):")
        .line(Face::Typewriter, 10.0, "    return 3 * r * r")
        .gap()
        .text(&PROSE);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains("\n\n- the empty set\n- the natural numbers\n\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("\n```\ndef area(r):\n    return 3 * r * r\n```\n"),
        "{markdown}"
    );
}

#[tokio::test]
async fn numbered_items_are_a_list() {
    let page = Page::new()
        .text(&PROSE)
        .gap()
        .text(&["1. the empty set", "2. the numbers"]);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains("\n\n1. the empty set\n2. the numbers\n"),
        "{markdown}"
    );
}

#[tokio::test]
async fn every_page_s_text_stands_under_its_mark() {
    let pages = ["one", "two", "three"].map(|word| Page::new().text(&[word]));
    let markdown = markdown(&PdfFile::default().pages(pages).build()).await;
    let expected = [(1, "one"), (2, "two"), (3, "three")];
    assert_eq!(
        split_pages(&markdown, 1),
        expected.map(|(page, word)| (page, word.to_owned()))
    );
}

#[tokio::test]
async fn markup_and_page_marks_in_the_text_are_text() {
    let page = Page::new()
        .text(&["<script>alert('x')</script> and <!-- page 9 --> and *stars*"])
        .gap()
        .line(Face::Typewriter, 10.0, "<!-- page 9 -->")
        .line(Face::Typewriter, 10.0, "```");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(markdown.contains("\\<script\\>"), "{markdown}");
    assert!(markdown.contains("\\*stars\\*"), "{markdown}");
    let pages: Vec<u32> = split_pages(&markdown, 1)
        .into_iter()
        .map(|(page, _)| page)
        .collect();
    assert_eq!(pages, [1]);
}

#[tokio::test]
async fn nothing_that_a_database_refuses_is_left() {
    let page = Page::new().text(&["null\\000 and bell\\007 and text"]);
    let document = document(&PdfFile::default().page(page).build()).await;
    let text = serde_json::to_string(&document).unwrap();
    assert!(
        !text.contains("\\u0000") && !text.contains("\\u0007"),
        "{text}"
    );
}

#[tokio::test]
async fn columns_are_read_one_after_the_other() {
    let column = |page: Page, x: f32, word: &str| {
        (0..20_u8).fold(page, |page, n| {
            let y = 700.0 - 13.0 * f32::from(n);
            page.at(
                x,
                y,
                Face::Plain,
                11.0,
                &format!("{word} {n} with some more words"),
            )
        })
    };
    let page = column(column(Page::new(), 50.0, "left"), 320.0, "right");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.find("left 19").unwrap() < markdown.find("right 0").unwrap(),
        "{markdown}"
    );
}

#[tokio::test]
async fn a_title_written_last_comes_first() {
    let page = Page::new()
        .gap()
        .gap()
        .text(&PROSE)
        .at(72.0, 740.0, Face::Bold, 24.0, "Sets");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.starts_with("<!-- page 1 -->\n\n## Sets\n"),
        "{markdown}"
    );
}

#[tokio::test]
async fn running_heads_and_page_numbers_are_left_out() {
    let pages = (1..=6).map(|number| {
        Page::new()
            .at(72.0, 760.0, Face::Plain, 9.0, "Chapter 1. Sets")
            .text(&PROSE)
            .gap()
            .text(&[&format!("Only on page {number}.")])
            .at(300.0, 30.0, Face::Plain, 9.0, &number.to_string())
    });
    let markdown = markdown(&PdfFile::default().pages(pages).build()).await;
    assert!(!markdown.contains("Chapter 1. Sets"), "{markdown}");
    for (number, text) in split_pages(&markdown, 1) {
        assert!(text.ends_with(&format!("Only on page {number}.")), "{text}");
    }
}

#[tokio::test]
async fn the_description_is_how_the_prose_begins() {
    let page = Page::new().heading("Sets and maps").text(&PROSE);
    let document = document(&PdfFile::default().page(page).build()).await;
    assert_eq!(
        document.sections[0].description.as_deref(),
        Some(
            "A set is a collection of distinct things, which are called its elements. Two sets \
             are equal when they have the same elements, and in no other case; the order in \
             which they are named does not matter."
        )
    );
}

#[tokio::test]
async fn the_title_comes_from_the_file() {
    let document = document(&PdfFile::default().page(Page::new().text(&PROSE)).build()).await;
    assert_eq!(document.title.as_deref(), Some("A small book"));
}

#[tokio::test]
async fn all_text_comes_page_by_page_with_nothing_left_out() {
    let pages = (1..=4).map(|number| {
        Page::new()
            .at(72.0, 760.0, Face::Plain, 9.0, "Chapter 1. Sets")
            .text(&PROSE)
            .gap()
            .text(&[&format!("Only on page {number}.")])
            .at(300.0, 30.0, Face::Plain, 9.0, &number.to_string())
    });
    let text = text(&PdfFile::default().pages(pages).build()).await;
    let pages: Vec<&str> = text.split('\u{c}').collect();
    assert_eq!(pages.len(), 4, "{text}");
    for (number, page) in (1..).zip(pages) {
        let paragraphs: Vec<&str> = page.split("\n\n").collect();
        let [head, prose, own, foot] = paragraphs.as_slice() else {
            panic!("{paragraphs:?}");
        };
        assert_eq!(*head, "Chapter 1. Sets");
        assert!(prose.contains("called its elements. Two sets"), "{prose}");
        assert_eq!(*own, format!("Only on page {number}."));
        assert_eq!(*foot, number.to_string());
    }
}

#[tokio::test]
async fn a_word_broken_over_columns_and_pages_is_whole() {
    let left = (0..12_u8).fold(Page::new(), |page, n| {
        let text = if n == 11 {
            "and the col-"
        } else {
            "the left column goes on and"
        };
        page.at(50.0, 700.0 - 13.0 * f32::from(n), Face::Plain, 11.0, text)
    });
    let both = (0..12_u8).fold(left, |page, n| {
        let text = match n {
            0 => "umn ends here while it goes",
            11 => "until the para-",
            _ => "on and on in the right one,",
        };
        page.at(320.0, 700.0 - 13.0 * f32::from(n), Face::Plain, 11.0, text)
    });
    let next = Page::new().text(&["graph ends on the next page."]);
    let file = PdfFile::default().page(both).page(next).build();
    let markdown = markdown(&file).await;
    assert!(
        markdown.contains("and the column ends here while"),
        "{markdown}"
    );
    assert!(
        markdown.contains("until the paragraph\n\n<!-- page 2 -->\n\nends on the next page."),
        "{markdown}"
    );
}
