//! Small PDFs made in the test that reads them.

use std::fmt::Write;

/// A face every reader knows.
#[derive(Debug, Clone, Copy)]
pub enum Face {
    Plain,
    Bold,
    Typewriter,
}

/// A page of US letter size, filled from the top.
#[derive(Debug, Clone)]
pub struct Page {
    operators: String,
    height: f32,
}

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self {
            operators: String::new(),
            height: 720.0,
        }
    }

    /// A line at a place given in points from the lower left corner; the text as a PDF
    /// writes it, with octal escapes and in balanced parentheses.
    pub fn at(mut self, x: f32, y: f32, face: Face, size: f32, text: &str) -> Self {
        let font = match face {
            Face::Plain => "F1",
            Face::Bold => "F2",
            Face::Typewriter => "F3",
        };
        writeln!(
            self.operators,
            "BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET"
        )
        .unwrap();
        self
    }

    /// The next line at the left margin.
    pub fn line(mut self, face: Face, size: f32, text: &str) -> Self {
        self.height -= 1.2 * size;
        let height = self.height;
        self.at(72.0, height, face, size, text)
    }

    /// Lines of body text.
    pub fn text(self, lines: &[&str]) -> Self {
        lines
            .iter()
            .fold(self, |page, line| page.line(Face::Plain, 11.0, line))
    }

    /// A large bold heading with space around it.
    pub fn heading(mut self, text: &str) -> Self {
        self.height -= 14.0;
        let mut page = self.line(Face::Bold, 18.0, text);
        page.height -= 8.0;
        page
    }

    /// Space of a line.
    pub fn gap(mut self) -> Self {
        self.height -= 14.0;
        self
    }

    /// Height of the last line's baseline in points.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// Draws with these operators.
    pub fn draw(mut self, operators: &str) -> Self {
        writeln!(self.operators, "{operators}").unwrap();
        self
    }

    /// Space of so many points.
    pub fn space(mut self, points: f32) -> Self {
        self.height -= points;
        self
    }

    /// A page of nothing but these operators.
    pub fn raw(operators: String) -> Self {
        Self {
            operators,
            height: 0.0,
        }
    }
}

/// A file to be.
#[derive(Debug, Default)]
pub struct PdfFile {
    pages: Vec<Page>,
    outline: Vec<Entry>,
    trailer: String,
}

#[derive(Debug)]
struct Entry {
    level: usize,
    title: String,
    page: usize,
    top: Option<f32>,
}

const CATALOG: usize = 1;
const PAGES: usize = 2;
const INFO: usize = 6;
const OUTLINE: usize = 7;
const FIRST_PAGE: usize = 8;

impl PdfFile {
    /// Adds a page.
    pub fn page(mut self, page: Page) -> Self {
        self.pages.push(page);
        self
    }

    /// Adds pages.
    pub fn pages(mut self, pages: impl IntoIterator<Item = Page>) -> Self {
        self.pages.extend(pages);
        self
    }

    /// Adds an outline entry of a level from 1 that leads to a page from 1.
    pub fn entry(mut self, level: usize, title: &str, page: usize, top: Option<f32>) -> Self {
        let title = title.to_owned();
        self.outline.push(Entry {
            level,
            title,
            page,
            top,
        });
        self
    }

    /// Adds to the trailer's dictionary.
    pub fn trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// The file's bytes.
    pub fn build(self) -> Vec<u8> {
        let font = |name: &str| {
            format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>")
                .into_bytes()
        };
        let kids: Vec<String> = (0..self.pages.len())
            .map(|page| format!("{} 0 R", FIRST_PAGE + 2 * page))
            .collect();
        let mut objects = vec![
            format!("<</Type/Catalog/Pages {PAGES} 0 R/Outlines {OUTLINE} 0 R>>").into_bytes(),
            format!(
                "<</Type/Pages/Count {}/Kids[{}]>>",
                kids.len(),
                kids.join(" ")
            )
            .into_bytes(),
            font("Helvetica"),
            font("Helvetica-Bold"),
            font("Courier"),
            b"<</Title(A small book)>>".to_vec(),
            self.outline_root(),
        ];
        for (at, page) in self.pages.iter().enumerate() {
            let content = FIRST_PAGE + 2 * at + 1;
            objects.push(
                format!(
                    "<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 612 792]/Contents {content} 0 R\
                     /Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R>>>>>>"
                )
                .into_bytes(),
            );
            objects.push(stream("", page.operators.as_bytes()));
        }
        objects.extend((0..self.outline.len()).map(|at| self.outline_item(at)));
        assemble(
            &objects,
            &format!("/Root {CATALOG} 0 R/Info {INFO} 0 R{}", self.trailer),
        )
    }

    fn item(&self, at: usize) -> usize {
        FIRST_PAGE + 2 * self.pages.len() + at
    }

    fn outline_root(&self) -> Vec<u8> {
        if self.outline.is_empty() {
            return b"<<>>".to_vec();
        }
        format!("<</First {} 0 R>>", self.item(0)).into_bytes()
    }

    fn outline_item(&self, at: usize) -> Vec<u8> {
        let entry = &self.outline[at];
        let later = || self.outline.iter().enumerate().skip(at + 1);
        let child = later().next().filter(|(_, next)| next.level > entry.level);
        let sibling = later()
            .find(|(_, next)| next.level <= entry.level)
            .filter(|(_, next)| next.level == entry.level);
        let link = |key: &str, to: Option<(usize, &Entry)>| {
            to.map_or(String::new(), |(to, _)| {
                format!("/{key} {} 0 R", self.item(to))
            })
        };
        let view = entry
            .top
            .map_or("/Fit".into(), |top| format!("/XYZ 0 {top} null"));
        format!(
            "<</Title({})/Dest[{} 0 R {view}]{}{}>>",
            entry.title,
            FIRST_PAGE + 2 * (entry.page - 1),
            link("First", child),
            link("Next", sibling),
        )
        .into_bytes()
    }
}

/// A stream object with further entries in its dictionary.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<</Length {}{entries}>>stream\n", data.len()).into_bytes();
    object.extend_from_slice(data);
    object.extend_from_slice(b"\nendstream");
    object
}

/// Objects numbered from 1, with their table.
pub fn assemble(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, body) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!("trailer\n<</Size {size}{trailer}>>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    file
}
