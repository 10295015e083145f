//! The pictures a student should see: which they are, where they stand, their files.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use ultudy_domain::figure::{ExtractedFigure, FIGURE_BYTES_MAX, FIGURES_MAX};

use super::{
    draw::PageByPage,
    read::{Stop, can_read_again, open_again},
    speaker::Speaker,
};
use crate::{
    layout::{Drawing, Page, Picture, has_caption, place_figures},
    pdf::{FileEnd, ImageFile, PageImage, Pdf},
    protocol::Message,
};

/// Smallest side in points and in pixels of a picture that shows something.
const POINTS_MIN: f32 = 36.0;
const PIXELS_MIN: u32 = 48;

/// Compressed bytes under which an image is a plain colour or a line.
const BYTES_MIN: u64 = 400;

/// Share of a page from which an image is its background or its scan.
const BACKGROUND_SHARE: f32 = 0.85;

/// Share of a page under which a picture without a caption is an icon.
const ICON_SHARE: f32 = 0.015;

/// Pages on which the same image at the same place is decoration; anywhere on them, if it
/// is no larger than this share of the page.
const REPEATS: usize = 3;
const LOGO_SHARE: f32 = 0.15;

/// A picture chosen to be shown.
pub(super) struct Figure {
    page: u32,
    picture: Picture,
    source: Source,
}

/// Where a picture comes from.
enum Source {
    Image(PageImage),
    /// It is drawn on the page.
    Drawing,
}

/// Finds the pictures and puts them among the lines of their pages.
pub(super) fn place(pdf: &Pdf, pages: &mut [Page]) -> Vec<Figure> {
    let images = images(pdf, pages).into_iter();
    let mut found: Vec<(usize, Source, Picture)> = images
        .map(|(at, image)| {
            let picture = picture(0, &image);
            (at, Source::Image(image), picture)
        })
        .collect();
    for (at, page) in pages.iter_mut().enumerate() {
        let drawings = std::mem::take(&mut page.drawings);
        let drawn = drawings.iter().map(|drawing| drawing.picture(0));
        found.extend(drawn.map(|picture| (at, Source::Drawing, picture)));
    }
    // Stable: from the top down where they are of one kind.
    found.sort_by_key(|(at, ..)| *at);
    found.truncate(FIGURES_MAX);
    let mut figures = Vec::with_capacity(found.len());
    for (number, (at, source, picture)) in (1..).zip(found) {
        if let Some(page) = pages.get_mut(at) {
            let picture = Picture { number, ..picture };
            place_figures(page, std::slice::from_ref(&picture));
            figures.push(Figure {
                page: page.number,
                picture,
                source,
            });
        }
    }
    figures
}

/// The raster images that show something, with the places of their pages; none that is
/// part of a drawing.
fn images(pdf: &Pdf, pages: &[Page]) -> Vec<(usize, PageImage)> {
    let mut found: Vec<(usize, PageImage)> = Vec::new();
    let finite = |(_, page): &(usize, &Page)| !page.is_endless;
    for (at, page) in pages.iter().enumerate().filter(finite) {
        let images = pdf.images(page.number - 1);
        found.extend(
            images
                .into_iter()
                .filter(|image| shows(image, page) && !is_drawn_over(image, page))
                .map(|image| (at, image)),
        );
    }
    let mut repeats: HashMap<_, usize> = HashMap::new();
    for (_, image) in &found {
        *repeats.entry(key(image)).or_default() += 1;
    }
    found.retain(|(_, image)| {
        repeats
            .get(&key(image))
            .is_none_or(|count| *count < REPEATS)
    });
    let mut on_pages: HashMap<_, HashSet<usize>> = HashMap::new();
    for (at, image) in &found {
        on_pages.entry(content(image)).or_default().insert(*at);
    }
    found.retain(|(at, image)| {
        let often = |pages: &HashSet<usize>| pages.len() >= REPEATS && image.bytes.is_some();
        let repeated = on_pages.get(&content(image)).is_some_and(often);
        let least = if repeated { LOGO_SHARE } else { ICON_SHARE };
        pages.get(*at).is_some_and(|page| {
            share(image, page) >= least || has_caption(page, &picture(0, image))
        })
    });
    // An icon stands for the same thing all over its page.
    let mut seen = HashSet::new();
    found.retain(|(at, image)| image.bytes.is_none() || seen.insert((*at, content(image))));
    found
}

/// Where the files of figures come from.
pub(super) struct Files {
    pdf: Arc<Pdf>,
    drawn: PageByPage,
}

impl Files {
    /// Begins to draw what is drawn, of each page no more than that.
    pub(super) fn of(pdf: Pdf, file: &FileEnd, figures: &[Figure]) -> Result<Self, Stop> {
        let mut drawn: Vec<(u32, Vec<Picture>)> = Vec::new();
        for figure in figures {
            match (&figure.source, drawn.last_mut()) {
                (Source::Image(_), _) => {}
                (Source::Drawing, Some((page, own))) if *page == figure.page - 1 => {
                    own.push(figure.picture.clone());
                }
                (Source::Drawing, _) => {
                    drawn.push((figure.page - 1, vec![figure.picture.clone()]));
                }
            }
        }
        let update = || pdf.crop_update(&drawn, file);
        let pdf = match can_read_again().then(update).flatten() {
            Some(update) => open_again(pdf, &update)?,
            None => pdf,
        };
        let pdf = Arc::new(pdf);
        let pages = drawn.iter().map(|(page, _)| *page).collect();
        let drawn = PageByPage::begin(&pdf, pages);
        Ok(Self { pdf, drawn })
    }

    /// The file of a figure, with its width and height in pixels.
    fn file(&mut self, figure: &Figure) -> Option<(ImageFile, u32, u32)> {
        let index = figure.page - 1;
        match &figure.source {
            Source::Image(image) => {
                let file = self.pdf.image_file(index, image.at)?;
                Some((file, image.width, image.height))
            }
            Source::Drawing => self.drawn.cut(index, &figure.picture),
        }
    }
}

/// Says the files, as far as they fit together; of one that does not, the caption is told
/// in the text.
pub(super) fn say(
    mut files: Files,
    figures: &[Figure],
    pages: &[Page],
    speaker: &mut Speaker,
) -> Result<(), Stop> {
    let mut left = FIGURE_BYTES_MAX;
    for figure in figures {
        let Some((file, width, height)) = files.file(figure) else {
            continue;
        };
        let plain = u64::try_from(file.data.len()).is_ok_and(|bytes| bytes < BYTES_MIN);
        if plain || file.data.len() > left {
            continue;
        }
        left -= file.data.len();
        speaker.say(&Message::Figure {
            figure: ExtractedFigure {
                number: figure.picture.number,
                page: figure.page,
                media_type: file.media_type.to_owned(),
                width,
                height,
                caption: caption(pages, figure),
                data: Vec::new(),
            },
            data: BASE64.encode(file.data),
        })?;
    }
    Ok(())
}

fn caption(pages: &[Page], figure: &Figure) -> Option<String> {
    let lines = pages
        .iter()
        .filter(|page| page.number == figure.page)
        .flat_map(|page| &page.lines);
    let mut own = lines.filter(|line| line.figure == Some(figure.picture.number));
    own.next()
        .map(|line| line.text.clone())
        .filter(|caption| !caption.is_empty())
}

/// Whether a drawing of the page holds its middle.
fn is_drawn_over(image: &PageImage, page: &Page) -> bool {
    let x = f32::midpoint(image.left, image.right);
    let y = f32::midpoint(image.bottom, image.top);
    let holds = |drawing: &Drawing| {
        (drawing.left..=drawing.right).contains(&x) && (drawing.bottom..=drawing.top).contains(&y)
    };
    page.drawings.iter().any(holds)
}

fn shows(image: &PageImage, page: &Page) -> bool {
    let (width, height) = (image.right - image.left, image.top - image.bottom);
    let page_height = page.top - page.bottom;
    let large = image.bytes.is_none_or(|bytes| bytes >= BYTES_MIN)
        && width.min(height) >= POINTS_MIN
        && image.width.min(image.height) >= PIXELS_MIN;
    let background = height >= BACKGROUND_SHARE * page_height;
    let finite = [image.left, image.right, image.bottom, image.top]
        .iter()
        .all(|length| length.is_finite());
    finite && large && !background
}

/// The same image, wherever it stands.
fn content(image: &PageImage) -> (u32, u32, Option<u64>) {
    (image.width, image.height, image.bytes)
}

/// How much of the page it covers; all of a page of no size.
fn share(image: &PageImage, page: &Page) -> f32 {
    let area = (image.right - image.left) * (image.top - image.bottom);
    let page = page.width * (page.top - page.bottom);
    if page > 0.0 { area / page } else { 1.0 }
}

/// The same image at the same place.
fn key(image: &PageImage) -> (u32, u32, Option<u64>, i64, i64) {
    let (left, top) = (image.left.round() as i64, image.top.round() as i64);
    (image.width, image.height, image.bytes, left, top)
}

fn picture(number: u32, image: &PageImage) -> Picture {
    Picture {
        number,
        left: image.left,
        right: image.right,
        bottom: image.bottom,
        top: image.top,
    }
}
