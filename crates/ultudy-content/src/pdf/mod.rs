//! A PDF file as pages of lines, an outline and a title; the only place that knows the
//! PDF library.

mod columns;
mod destination;
mod drawing;
mod encoding;
mod font;
#[cfg(test)]
pub(crate) mod fuzz;
mod glyphs;
mod images;
mod lines;
mod outline;
mod page_tree;
mod picture;
mod row;
mod text;
mod update;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{
    PdfDocument,
    layout::{TextChar, TextSpan},
    object::Object,
    optional_content::decode_pdf_text_string,
};

pub(crate) use self::{
    drawing::Decoration,
    images::{ImageFile, PageImage},
    outline::OutlineEntry,
    picture::DrawnPage,
    row::is_spaceless,
    text::clean,
    update::FileEnd,
};
use self::{
    drawing::{Area, Content, Kind, Shape},
    glyphs::Signs,
};
use crate::{
    fault::Fault,
    formula::Rule,
    layout::{Page, Picture},
};

/// Why a page gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageError {
    /// The file says it has this page, and it is nowhere.
    Missing,
    /// It is there and makes no sense.
    Unreadable,
}

impl PageError {
    fn missing(index: u32, error: &pdf_oxide::Error) -> Self {
        eprintln!("page {}: {error}", index + 1);
        Self::Missing
    }

    fn unreadable(index: u32, error: &pdf_oxide::Error) -> Self {
        eprintln!("page {}: {error}", index + 1);
        Self::Unreadable
    }
}

/// An open file.
pub(crate) struct Pdf {
    document: PdfDocument,
}

impl Pdf {
    /// Opens a file from its bytes; an empty user password needs no asking.
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, Fault> {
        let blank = is_blank(&bytes);
        // Where the table of objects is broken, the library looks for them in what is no
        // text, and may stumble.
        let opened = catch_unwind(|| PdfDocument::from_bytes(bytes));
        let document = opened.map_err(|_| Fault::Damaged)?.map_err(|error| {
            eprintln!("open: {error}");
            if blank { Fault::Empty } else { Fault::Damaged }
        })?;
        if document.is_encrypted() && !document.is_authenticated() {
            return Err(Fault::Encrypted);
        }
        Ok(Self { document })
    }

    /// What to append to the file so that the signs of its maths fonts are read as what
    /// they are; `None` if there is nothing to mend.
    pub(crate) fn encoding_update(&self, file: &FileEnd) -> Option<Vec<u8>> {
        let pages = u32::try_from(self.document.page_count().ok()?).ok()?;
        let find = || encoding::update(self, pages).written(self, file);
        catch_unwind(AssertUnwindSafe(find)).ok()?
    }

    /// What to append to the file so that of these pages, by index from 0, only the part
    /// is drawn that holds these pictures; `None` if that is impossible.
    pub(crate) fn crop_update(
        &self,
        pictures: &[(u32, Vec<Picture>)],
        file: &FileEnd,
    ) -> Option<Vec<u8>> {
        let write = || picture::crops(self, pictures).written(self, file);
        catch_unwind(AssertUnwindSafe(write)).ok()?
    }

    /// Number of pages, from 1 to `pages_max`.
    pub(crate) fn page_count(&self, pages_max: u32) -> Result<u32, Fault> {
        let counted = catch_unwind(AssertUnwindSafe(|| self.document.page_count()));
        let count = counted.map_err(|_| Fault::Damaged)?.map_err(|error| {
            eprintln!("page count: {error}");
            Fault::Damaged
        })?;
        match u32::try_from(count) {
            Ok(0) => Err(Fault::Empty),
            Ok(count) if count <= pages_max => Ok(count),
            _ => Err(Fault::TooManyPages),
        }
    }

    /// The title in the file's own metadata, if there is one that reads like a title.
    pub(crate) fn title(&self) -> Option<String> {
        let read = || {
            let info = self.resolve(self.document.trailer().as_dict()?.get("Info")?)?;
            let title = self.resolve(info.as_dict()?.get("Title")?)?;
            let title = text::one_line(&decode_pdf_text_string(title.as_string()?));
            text::is_title(&title).then_some(title)
        };
        catch_unwind(AssertUnwindSafe(read)).ok()?
    }

    /// The outline's entries in its own order; empty if there is none.
    pub(crate) fn outline(&self) -> Vec<OutlineEntry> {
        catch_unwind(AssertUnwindSafe(|| outline::read(self))).unwrap_or_default()
    }

    /// What many of these pages draw alike.
    pub(crate) fn decoration(&self, pages: u32) -> Decoration {
        let shapes = |index| {
            let read = || {
                let at = usize::try_from(index).ok()?;
                let page = self.visible(at).ok()?;
                Some(drawing::content(self, at, page).shapes)
            };
            let shapes = catch_unwind(AssertUnwindSafe(read));
            shapes.ok().flatten().unwrap_or_default()
        };
        drawing::decoration(pages, shapes)
    }

    /// The lines and drawn figures of a page, by index from 0.
    pub(crate) fn page(&self, index: u32, decoration: &Decoration) -> Result<Page, PageError> {
        let at = usize::try_from(index).map_err(|_| PageError::Missing)?;
        let read = || {
            let area = self
                .visible(at)
                .map_err(|error| PageError::missing(index, &error))?;
            let spans = self
                .document
                .extract_spans(at)
                .map_err(|error| PageError::unreadable(index, &error))?;
            let print = Printed {
                spans,
                // Read for the spans already.
                chars: self.document.extract_chars(at).unwrap_or_default(),
                content: drawing::content(self, at, area),
                is_turned: self.document.get_page_rotation(at).is_ok_and(|by| by != 0),
                area,
            };
            Ok(print.page(index + 1, decoration))
        };
        // One bad page must not cost the student the others.
        catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(PageError::Unreadable))
    }

    /// What of a page is seen.
    fn visible(&self, at: usize) -> pdf_oxide::Result<Area> {
        let (left, bottom, right, top) = self.document.get_page_visible_box(at)?;
        Ok(Area {
            left,
            right,
            bottom,
            top,
        })
    }

    /// The images drawn on a page, by index from 0.
    pub(crate) fn images(&self, index: u32) -> Vec<PageImage> {
        images::on_page(self, index)
    }

    /// The file of an image of a page.
    pub(crate) fn image_file(&self, index: u32, at: usize) -> Option<ImageFile> {
        images::file(self, index, at)
    }

    /// The text of a page as the library alone gives it.
    pub(crate) fn raw_text(&self, index: u32) -> Option<String> {
        self.document
            .extract_text(usize::try_from(index).ok()?)
            .ok()
    }

    fn catalog(&self) -> Option<Object> {
        self.document.catalog().ok()
    }

    /// The object itself, behind at most one reference.
    fn resolve(&self, object: &Object) -> Option<Object> {
        match object {
            Object::Reference(to) => self.document.load_object(*to).ok(),
            here => Some(here.clone()),
        }
    }
}

/// What is printed and drawn on a page.
struct Printed {
    spans: Vec<TextSpan>,
    chars: Vec<TextChar>,
    content: Content,
    is_turned: bool,
    /// What is seen of it.
    area: Area,
}

impl Printed {
    /// Its lines and figures.
    fn page(self, number: u32, decoration: &Decoration) -> Page {
        let Content { shapes, is_endless } = self.content;
        let area = self.area;
        let rules = rules(&shapes, &self.spans);
        // What turns a page turns its words and not its shapes.
        let shapes = if self.is_turned { Vec::new() } else { shapes };
        let (drawings, spans) = drawing::take(self.spans, shapes, decoration, &area);
        Page {
            number,
            bottom: area.bottom,
            top: area.top,
            width: area.right - area.left,
            lines: lines::assemble(&spans, &rules, Signs::of(&self.chars)),
            drawings,
            is_endless,
        }
    }
}

/// The horizontal rules of a page that has formulas, as those of fractions and roots are.
fn rules(shapes: &[Shape], spans: &[TextSpan]) -> Vec<Rule> {
    /// No formula's rule is longer, and no page has as many.
    const LENGTH_MAX: f32 = 400.0;
    const RULES_MAX: usize = 500;
    let mathematical =
        |span: &TextSpan| font::face_of(&span.font_name, false, false).is_mathematical();
    if !spans.iter().any(mathematical) {
        return Vec::new();
    }
    let drawn = shapes.iter().filter(|shape| shape.kind != Kind::Image);
    let flat = drawn.map(|shape| shape.area).filter(|area| {
        area.top - area.bottom < 1.5 && (1.5..LENGTH_MAX).contains(&(area.right - area.left))
    });
    let rule = |area: Area| Rule {
        left: area.left,
        right: area.right,
        height: area.bottom + (area.top - area.bottom) / 2.0,
        divides: false,
    };
    flat.map(rule).take(RULES_MAX).collect()
}

/// No object in it: the marks of a PDF, to the last, and nothing else.
fn is_blank(bytes: &[u8]) -> bool {
    let has = |mark: &[u8]| bytes.windows(mark.len()).any(|part| part == mark);
    bytes.starts_with(b"%PDF-") && has(b"%%EOF") && !has(b" obj")
}
