//! What a font's name says that its flags may not.

use crate::formula::Face;

/// Whether the name is that of a bold face: many fonts in course material, Computer
/// Modern above all, say so nowhere else.
pub(super) fn is_bold(name: &str) -> bool {
    let name = face(name);
    ["bold", "black", "heavy", "medi", "bx", "-demi"]
        .iter()
        .any(|mark| name.contains(mark))
        || name.ends_with("ob")
}

/// Whether the name is that of a typewriter face.
pub(super) fn is_monospace(name: &str) -> bool {
    const MARKS: [&str; 9] = [
        "mono",
        "courier",
        "consol",
        "typewriter",
        "menlo",
        "cmtt",
        "sftt",
        "letter gothic",
        "code",
    ];
    let name = face(name);
    MARKS.iter().any(|mark| name.contains(mark))
}

/// What the font is for, by its name and what its flags say.
pub(super) fn face_of(name: &str, italic: bool, monospace: bool) -> Face {
    let face = face(name);
    let begins = |marks: &[&str]| marks.iter().any(|mark| face.starts_with(mark));
    let symbols = begins(&SYMBOLS) || face.contains("mathsymbols");
    if begins(&EXTENSIONS) || face.contains("mathextension") {
        Face::Extension
    } else if symbols {
        Face::Symbols
    } else if begins(&LETTERS) || face.contains("math") {
        Face::Maths
    } else if monospace || is_monospace(name) {
        Face::Code
    } else if italic || ITALICS.iter().any(|mark| face.contains(mark)) {
        Face::Italic
    } else {
        Face::Text
    }
}

/// How the names of TeX's fonts for formulas begin: letters, signs with calligraphic
/// capitals, and signs larger than a line.
const LETTERS: [&str; 24] = [
    "cmmi", "cmmib", "msam", "msbm", "eufm", "eufb", "eurm", "eurb", "bbm", "bbold", "dsrom",
    "dsss", "stmary", "wasy", "txmi", "txsya", "txsyb", "pxmi", "ntxmi", "newtxmi", "rtxmi",
    "mtmi", "symbolmt", "esint",
];
const SYMBOLS: [&str; 8] = [
    "cmsy", "cmbsy", "txsys", "txsy", "pxsy", "mtsy", "eusm", "rsfs",
];
const EXTENSIONS: [&str; 6] = ["cmex", "txex", "pxex", "mtex", "euex", "ntxex"];

/// What names of italic faces hold.
const ITALICS: [&str; 5] = ["ital", "obli", "slanted", "cmti", "sfti"];

/// The name without the subset's prefix and the encoding's suffix.
fn face(name: &str) -> String {
    let name = name.split_once('+').map_or(name, |(_, face)| face);
    name.trim_end_matches("-Identity-H").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computer_modern_and_its_kin_are_known() {
        for bold in [
            "PHGXPC+CMBX12",
            "YPEZKV+SFBX1095",
            "X+LinLibertineOB-Identity-H",
            "NimbusRomNo9L-Medi",
        ] {
            assert!(is_bold(bold), "{bold}");
        }
        assert!(!is_bold("VVNDXJ+CMR10"));
        for mono in [
            "A+InconsolataLGC-Identity-H",
            "CMTT10",
            "Courier",
            "FreeMono",
        ] {
            assert!(is_monospace(mono), "{mono}");
        }
        assert!(!is_monospace("A+FreeSerif-Identity-H"));
    }

    #[test]
    fn fonts_for_formulas_are_told_from_fonts_for_text() {
        for (name, face) in [
            ("BKSOJG+CMMI10", Face::Maths),
            ("BIKXFS+CMSY10", Face::Symbols),
            ("YMYJLL+CMEX10", Face::Extension),
            ("A+LatinModernMath-Regular", Face::Maths),
            ("A+LMMathExtension10-Regular", Face::Extension),
            ("AAABNJ+CMR10", Face::Text),
            ("FJKNGJ+SFTI1095", Face::Italic),
            ("CMTT10", Face::Code),
        ] {
            assert_eq!(face_of(name, false, false), face, "{name}");
        }
    }
}
