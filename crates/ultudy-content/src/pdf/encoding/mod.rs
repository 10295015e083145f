//! Fonts whose characters only the font program itself names, as TeX's maths fonts: the PDF
//! library reads such codes as if they were letters ("8" for ∀). An update appended to the
//! file says the names where it looks for them, in the font's `Encoding` (ISO 32000-1
//! §9.6.6).

mod glyph;
mod program;

use std::collections::{BTreeSet, HashMap};

use pdf_oxide::object::{Object, ObjectRef};

use super::{
    Pdf,
    update::{Dict, Update},
};

/// Most fonts looked at; no book has as many.
const FONTS_MAX: usize = 5_000;

/// Says the names of the fonts of so many pages that do not say them.
pub(super) fn update(pdf: &Pdf, pages: u32) -> Update {
    let mut update = Update::default();
    for (id, generation) in references(pdf, pages) {
        let reference = ObjectRef::new(id, generation);
        let font = pdf.resolve(&Object::Reference(reference));
        let named = font.as_ref().and_then(Object::as_dict);
        if let Some(named) = named.and_then(|font| named_font(pdf, font)) {
            update.set(reference, named);
        }
    }
    update
}

/// The fonts that the pages name.
fn references(pdf: &Pdf, pages: u32) -> BTreeSet<(u32, u16)> {
    let mut found = BTreeSet::new();
    for page in 0..pages {
        let fonts = usize::try_from(page)
            .ok()
            .and_then(|page| pdf.document.get_page(page).ok())
            .and_then(|page| pdf.resolve(page.as_dict()?.get("Resources")?))
            .and_then(|resources| pdf.resolve(resources.as_dict()?.get("Font")?));
        if let Some(fonts) = fonts.as_ref().and_then(Object::as_dict) {
            let references = fonts.values().filter_map(Object::as_reference);
            found.extend(references.map(|font| (font.id, font.r#gen)));
        }
        if found.len() > FONTS_MAX {
            break;
        }
    }
    found
}

/// The font with an encoding of its program's names, if it is a Type 1 font that says
/// nothing of its characters.
fn named_font(pdf: &Pdf, font: &Dict) -> Option<Dict> {
    let is_type1 = matches!(
        font.get("Subtype").and_then(Object::as_name),
        Some("Type1" | "MMType1")
    );
    if !is_type1 || font.contains_key("ToUnicode") || font.contains_key("Encoding") {
        return None;
    }
    let descriptor = pdf.resolve(font.get("FontDescriptor")?)?;
    let names = program::glyph_names(pdf, descriptor.as_dict()?)?;
    let face = font.get("BaseFont").and_then(Object::as_name).unwrap_or("");
    let differences = names.into_iter().flat_map(|(code, name)| {
        [
            Object::Integer(i64::from(code)),
            Object::Name(
                glyph::letter_of(face, &name).unwrap_or_else(|| glyph::standard_name(&name)),
            ),
        ]
    });
    let encoding = HashMap::from([
        ("Type".to_owned(), Object::Name("Encoding".to_owned())),
        (
            "Differences".to_owned(),
            Object::Array(differences.collect()),
        ),
    ]);
    let mut font = font.clone();
    font.insert("Encoding".to_owned(), Object::Dictionary(encoding));
    Some(font)
}
