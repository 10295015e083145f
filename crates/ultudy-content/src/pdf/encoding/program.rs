//! The names that an embedded font program gives to character codes.

use std::collections::{BTreeMap, HashMap};

use pdf_oxide::object::Object;

use crate::pdf::Pdf;

/// Names by code, from the font descriptor's program, if there is one that can be read.
pub(super) fn glyph_names(
    pdf: &Pdf,
    descriptor: &HashMap<String, Object>,
) -> Option<BTreeMap<u8, String>> {
    let program = |key: &str| {
        let stream = pdf.resolve(descriptor.get(key)?)?;
        stream.decode_stream_data().ok()
    };
    let names = match program("FontFile3") {
        Some(data) => compact(&data),
        None => plain(&program("FontFile")?),
    };
    names.filter(|names| !names.is_empty())
}

/// Of a program in the Compact Font Format, by itself or inside an OpenType file.
fn compact(data: &[u8]) -> Option<BTreeMap<u8, String>> {
    let table = if data.starts_with(b"OTTO") {
        let tag = ttf_parser::Tag::from_bytes(b"CFF ");
        ttf_parser::RawFace::parse(data, 0).ok()?.table(tag)?
    } else {
        data
    };
    let table = ttf_parser::cff::Table::parse(table)?;
    let named = (0..=u8::MAX).filter_map(|code| {
        let glyph = table.glyph_index(code).filter(|glyph| glyph.0 > 0)?;
        Some((code, table.glyph_name(glyph)?.to_owned()))
    });
    Some(named.collect())
}

/// Of a Type 1 program: `dup 13 /gamma put` in its clear part. One that uses the standard
/// encoding has none.
fn plain(data: &[u8]) -> Option<BTreeMap<u8, String>> {
    const CLEAR_MAX: usize = 64 << 10;
    let clear = String::from_utf8_lossy(data.get(..data.len().min(CLEAR_MAX))?);
    let clear = clear.split("eexec").next()?;
    let (_, encoding) = clear.split_once("/Encoding")?;
    let named = encoding.split("dup ").filter_map(|entry| {
        let mut words = entry.split_whitespace();
        let code: u8 = words.next()?.parse().ok()?;
        let name = words.next()?.strip_prefix('/')?;
        (words.next()? == "put" && name != ".notdef").then(|| (code, name.to_owned()))
    });
    Some(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clear_part_of_a_type_1_program_is_read() {
        let program = b"/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n\
            dup 13 /gamma put\ndup 56 /universal put\nreadonly def\ncurrentfile eexec \xff\xfe";
        let names = plain(program).unwrap_or_default();
        let names: Vec<_> = names
            .iter()
            .map(|(code, name)| (*code, name.as_str()))
            .collect();
        assert_eq!(names, [(13, "gamma"), (56, "universal")]);
    }

    #[test]
    fn a_program_that_is_none_names_nothing() {
        assert_eq!(compact(b"OTTO\0\xff\xff\xff"), None);
        assert_eq!(compact(&[1, 0, 255, 255]), None);
        assert_eq!(plain(b""), None);
    }
}
