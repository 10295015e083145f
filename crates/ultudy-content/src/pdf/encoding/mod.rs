//! Fonts whose characters only the font program itself names, as TeX's maths fonts: the PDF
//! library reads such codes as if they were letters ("8" for ∀). An update appended to the
//! file says the names where it looks for them, in the font's `Encoding` (ISO 32000-1
//! §7.5.6 on updates, §9.6.6 on encodings).

mod glyph;
mod program;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pdf_oxide::{
    object::{Object, ObjectRef},
    writer::ObjectSerializer,
};

use super::Pdf;

/// Most fonts looked at; no book has as many.
const FONTS_MAX: usize = 5_000;

/// A font's dictionary.
type Dict = HashMap<String, Object>;

/// What to append to a file of `length` bytes that ends like this; `None` where every
/// font says what its characters are, and of an encrypted file.
pub(super) fn update(pdf: &Pdf, pages: u32, length: usize, ending: &[u8]) -> Option<Vec<u8>> {
    if pdf.document.is_encrypted() {
        return None;
    }
    let fonts: BTreeMap<(u32, u16), Object> = references(pdf, pages)
        .into_iter()
        .filter_map(|(id, generation)| {
            let font = pdf.resolve(&Object::Reference(ObjectRef::new(id, generation)))?;
            let named = named(pdf, font.as_dict()?)?;
            Some(((id, generation), Object::Dictionary(named)))
        })
        .collect();
    (!fonts.is_empty()).then(|| written(pdf, &fonts, length, ending))?
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
fn named(pdf: &Pdf, font: &Dict) -> Option<Dict> {
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

/// The objects, their table and a trailer that leads back to the file's own table.
fn written(
    pdf: &Pdf,
    objects: &BTreeMap<(u32, u16), Object>,
    length: usize,
    ending: &[u8],
) -> Option<Vec<u8>> {
    let trailer = pdf.document.trailer().as_dict()?;
    let mut update = b"\n".to_vec();
    let mut table = String::from("xref\n");
    for ((id, generation), object) in objects {
        let offset = length + update.len();
        update.extend(ObjectSerializer::new().serialize_indirect(*id, *generation, object));
        update.push(b'\n');
        table.push_str(&format!("{id} 1\n{offset:010} {generation:05} n \n"));
    }
    let start = length + update.len();
    let mut entries: Dict = trailer
        .iter()
        .filter(|(key, _)| matches!(key.as_str(), "Root" | "Info" | "ID" | "Size"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    entries.insert("Prev".to_owned(), Object::Integer(table_offset(ending)?));
    update.extend(table.as_bytes());
    update.extend(b"trailer\n");
    update.extend(ObjectSerializer::new().serialize(&Object::Dictionary(entries)));
    update.extend(format!("\nstartxref\n{start}\n%%EOF\n").as_bytes());
    Some(update)
}

/// Where the file says that its table is.
fn table_offset(ending: &[u8]) -> Option<i64> {
    let ending = String::from_utf8_lossy(ending);
    let (_, offset) = ending.rsplit_once("startxref")?;
    offset.split_whitespace().next()?.parse().ok()
}
