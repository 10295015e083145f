//! What a font's name says that its flags may not.

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
}
