//! Pages that somebody outside reads from their pictures.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use tokio_util::sync::CancellationToken;
use ultudy_content::{ExtractProgress, Stage};
use ultudy_domain::{
    document::{ExtractedDocument, Sectioning},
    page_text::{PageBlock, PagePicture, PageReader, PageText, PagesRead, Span},
};

use crate::{
    harness::{extractor, file, names},
    pdf_file::{Page, PdfFile},
    scans::picture_book,
};

/// Reads what it is told to, and notes what it was given.
struct Reader {
    reads_all: bool,
    pages_max: u32,
    is_ready: AtomicBool,
    text: fn(u32) -> Option<PageText>,
    given: Mutex<Vec<PagePicture>>,
}

impl Reader {
    fn new(text: fn(u32) -> Option<PageText>) -> Self {
        Self {
            reads_all: false,
            pages_max: 100,
            is_ready: AtomicBool::new(true),
            text,
            given: Mutex::default(),
        }
    }

    fn pages(&self) -> Vec<u32> {
        let mut pages: Vec<u32> = self
            .given
            .lock()
            .unwrap()
            .iter()
            .map(|it| it.page)
            .collect();
        pages.sort_unstable();
        pages
    }
}

impl PageReader for Reader {
    fn reads_all(&self) -> bool {
        self.reads_all
    }

    fn pages_max(&self) -> u32 {
        self.pages_max
    }

    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Relaxed)
    }

    fn read(&self, pictures: Vec<PagePicture>) -> PagesRead<'_> {
        let texts = pictures.iter().map(|it| (self.text)(it.page)).collect();
        self.given.lock().unwrap().extend(pictures);
        Box::pin(std::future::ready(texts))
    }
}

fn words(text: &str) -> Vec<Span> {
    vec![Span::Words(text.to_owned())]
}

/// Each second page begins a chapter.
fn chapters(page: u32) -> Option<PageText> {
    let number = page / 2 + 1;
    let mut blocks = Vec::new();
    if page % 2 == 1 {
        blocks.push(PageBlock::Heading {
            level: 1,
            text: words(&format!("{number} Kinds of tissue")),
        });
    }
    let text = format!(
        "What is said on page {page} is said nowhere else in this book, and it goes on for a while \
         so that there is something to read."
    );
    // As much as a section needs to stand by itself.
    for _ in 0..6 {
        blocks.push(PageBlock::Paragraph { text: words(&text) });
    }
    Some(PageText { blocks })
}

/// Some dark bars a page.
fn scan(pages: usize) -> Vec<u8> {
    let bars: Vec<u8> = (0..100 * 50)
        .map(|n| if n / 500 % 2 == 0 { 20 } else { 240 })
        .collect();
    picture_book(100, 50, &bars, &vec![0.0; pages])
}

async fn read(reader: &Reader, pdf: &[u8]) -> (ExtractedDocument, Vec<ExtractProgress>) {
    let mut progress = Vec::new();
    let note = &mut |at: ExtractProgress| progress.push(at);
    let cancel = CancellationToken::new();
    let extractor = extractor();
    let read = extractor.extract_with(Some(reader), file(pdf), note, &cancel);
    let document = read.await.unwrap();
    (document, progress)
}

#[tokio::test]
async fn a_scan_is_divided_by_the_headings_that_were_seen_and_keeps_its_pages() {
    let reader = Reader::new(chapters);
    let (document, progress) = read(&reader, &scan(6)).await;
    assert_eq!(document.transcribed_pages, [1, 2, 3, 4, 5, 6]);
    assert_eq!(document.unreadable_pages, [0; 0]);
    assert_eq!(document.recognised_pages, [0; 0]);
    assert_eq!(document.sectioning, Sectioning::Headings);
    assert_eq!(
        names(&document.sections),
        [
            ("1 Kinds of tissue", 1, 2),
            ("2 Kinds of tissue", 3, 4),
            ("3 Kinds of tissue", 5, 6),
        ]
    );
    let second = &document.sections[1].markdown;
    assert!(
        second.starts_with("<!-- page 3 -->\n\n## 2 Kinds of tissue\n\nWhat is said on page 3")
    );
    assert!(
        second.contains("<!-- page 4 -->\n\nWhat is said on page 4"),
        "{second}"
    );
    let seen: Vec<(u32, u32)> = progress
        .iter()
        .filter(|at| at.stage == Stage::Transcribing)
        .map(|at| (at.pages_done, at.pages_total))
        .collect();
    assert_eq!(
        (seen[0], seen[seen.len() - 1]),
        ((0, 6), (6, 6)),
        "{seen:?}"
    );
    for picture in reader.given.lock().unwrap().iter() {
        assert!(picture.jpeg.starts_with(&[0xff, 0xd8, 0xff]));
        assert!(picture.width >= 50 && picture.height >= 25, "{picture:?}");
    }
}

#[tokio::test]
async fn every_kind_of_block_keeps_its_form_and_is_no_markup() {
    let reader = Reader::new(|_| {
        let cell = |text: &str| words(text);
        Some(PageText {
            blocks: vec![
                PageBlock::Paragraph {
                    text: vec![
                        Span::Words("The limit <b>of</b> [this](javascript:alert) is ".into()),
                        Span::Formula("\\frac{a}{b}".into()),
                        Span::Words(" as it stands".into()),
                    ],
                },
                PageBlock::Paragraph {
                    text: words("and this is another paragraph."),
                },
                PageBlock::Item {
                    depth: 0,
                    number: Some(1),
                    text: words("first of all"),
                },
                PageBlock::Item {
                    depth: 1,
                    number: None,
                    text: words("what is in it"),
                },
                PageBlock::Formula {
                    latex: "x^{2} = 4".into(),
                },
                PageBlock::Formula {
                    latex: "\\frac{1".into(),
                },
                PageBlock::Table {
                    rows: vec![vec![cell("n"), cell("m")], vec![cell("1"), Vec::new()]],
                },
                PageBlock::Code {
                    lines: vec!["if x:".into(), "    pass".into()],
                },
                PageBlock::Note {
                    text: words("1 See there."),
                },
            ],
        })
    });
    let (document, _) = read(&reader, &scan(1)).await;
    let [section] = document.sections.as_slice() else {
        panic!("{:?}", names(&document.sections));
    };
    assert_eq!(
        section.markdown,
        "<!-- page 1 -->\n\n\
         The limit \\<b\\>of\\</b\\> \\[this\\](javascript:alert) is $\\frac{a}{b}$ as it stands\n\n\
         and this is another paragraph.\n\n\
         1. first of all\n   - what is in it\n\n\
         $$\nx^{2} = 4\n$$\n\n\
         ```formula\n\\frac{1\n```\n\n\
         | n | m |\n| --- | --- |\n| 1 |  |\n\n\
         ```\nif x:\n    pass\n```\n\n\
         <!-- note -->\n\n1 See there.\n\n"
    );
}

/// A page of text, and a page without.
fn mixed() -> Vec<u8> {
    PdfFile::default()
        .page(
            Page::new()
                .text(&["Plasma membranes let some substances through and keep others outside."]),
        )
        .page(Page::new())
        .build()
}

#[tokio::test]
async fn pages_with_text_are_read_only_if_all_are_wanted_and_only_by_what_is_printed_on_them() {
    let reader = Reader::new(chapters);
    let (document, _) = read(&reader, &mixed()).await;
    assert_eq!(reader.pages(), [0; 0], "the other one is blank");
    assert_eq!(document.transcribed_pages, [0; 0]);

    let made_up = Reader {
        reads_all: true,
        ..Reader::new(chapters)
    };
    let (document, _) = read(&made_up, &mixed()).await;
    assert_eq!(made_up.pages(), [1]);
    assert_eq!(document.transcribed_pages, [0; 0]);
    assert!(document.sections[0].markdown.contains("Plasma membranes"));

    let true_to_it = Reader {
        reads_all: true,
        ..Reader::new(|_| {
            let text = "Plasma membranes let some substances through, and keep others outside.";
            Some(PageText {
                blocks: vec![PageBlock::Paragraph { text: words(text) }],
            })
        })
    };
    let (document, _) = read(&true_to_it, &mixed()).await;
    assert_eq!(document.transcribed_pages, [1]);
    assert!(document.sections[0].markdown.contains("through, and keep"));
}

#[tokio::test]
async fn what_is_not_read_is_left_to_what_there_is_otherwise() {
    let some = Reader::new(|page| chapters(page).filter(|_| page != 2));
    let (document, _) = read(&some, &scan(3)).await;
    assert_eq!(document.transcribed_pages, [1, 3]);
    assert_eq!(document.unreadable_pages, [2]);

    let few = Reader {
        pages_max: 2,
        ..Reader::new(chapters)
    };
    let (document, _) = read(&few, &scan(3)).await;
    assert_eq!(few.pages(), [1, 2]);
    assert_eq!(document.unreadable_pages, [3]);

    let off = Reader::new(chapters);
    off.is_ready.store(false, Ordering::Relaxed);
    let (document, progress) = read(&off, &scan(2)).await;
    assert_eq!(off.pages(), [0; 0]);
    assert_eq!(document.unreadable_pages, [1, 2]);
    let is_seeing = |at: &ExtractProgress| at.stage == Stage::Transcribing;
    assert!(!progress.iter().any(is_seeing));
}
