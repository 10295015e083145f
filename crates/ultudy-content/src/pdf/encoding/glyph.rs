//! Glyph names of TeX's maths fonts as the names every reader knows.

/// Names of TeX's own for characters that the Adobe Glyph List names otherwise or not at
/// all, by Unicode value.
#[rustfmt::skip]
const NAMES: [(&str, u32); 117] = [
    ("Ifractur", 0x2111), ("Rfractur", 0x211c), ("aleph", 0x2135), ("angbracketleft", 0x27e8),
    ("angbracketright", 0x27e9), ("approxequal", 0x2248), ("arrowbothv", 0x2195),
    ("arrowdblboth", 0x21d4), ("arrowdblbothv", 0x21d5), ("arrowdownleft", 0x2199),
    ("arrowdownright", 0x2198), ("arrowhookleft", 0x21a9), ("arrowhookright", 0x21aa),
    ("arrownortheast", 0x2197), ("arrownorthwest", 0x2196), ("arrowsoutheast", 0x2198),
    ("arrowsouthwest", 0x2199), ("arrowtripleright", 0x21db), ("asteriskmath", 0x2217),
    ("backslash", 0x5c), ("bardbl", 0x2016), ("braceex", 0x23aa), ("bracehtipdownleft", 0x23de),
    ("bracehtipdownright", 0x23de), ("bracehtipupleft", 0x23df), ("bracehtipupright", 0x23df),
    ("braceleftbt", 0x23a9), ("braceleftmid", 0x23a8), ("bracelefttp", 0x23a7),
    ("bracerightbt", 0x23ad), ("bracerightmid", 0x23ac), ("bracerighttp", 0x23ab),
    ("bracketleftbt", 0x23a3), ("bracketleftex", 0x23a2), ("bracketlefttp", 0x23a1),
    ("bracketrightbt", 0x23a6), ("bracketrightex", 0x23a5), ("bracketrighttp", 0x23a4),
    ("ceilingleft", 0x2308), ("ceilingright", 0x2309), ("circlecopyrt", 0x25cb),
    ("circledivide", 0x2298), ("circledot", 0x2299), ("circleminus", 0x2296),
    ("circlemultiply", 0x2297), ("circleplus", 0x2295), ("contintegral", 0x222e),
    ("coproduct", 0x2210), ("dagger", 0x2020), ("daggerdbl", 0x2021), ("diamondmath", 0x22c4),
    ("emptyset", 0x2205), ("epsilon1", 0x3f5), ("equivasymptotic", 0x224d), ("existential", 0x2203),
    ("flat", 0x266d), ("floorleft", 0x230a), ("floorright", 0x230b), ("follows", 0x227b),
    ("followsequal", 0x2ab0), ("frown", 0x2322), ("greatermuch", 0x226b),
    ("greaterorequalslant", 0x2a7e), ("intersection", 0x2229), ("intersectionsq", 0x2293),
    ("latticetop", 0x22a4), ("lessmuch", 0x226a), ("lessorequalslant", 0x2a7d),
    ("logicaland", 0x2227), ("logicalor", 0x2228), ("lscript", 0x2113), ("mapsto", 0x21a6),
    ("natural", 0x266e), ("negationslash", 0x338), ("openbullet", 0x25e6), ("owner", 0x220b),
    ("parenleftbt", 0x239d), ("parenleftex", 0x239c), ("parenlefttp", 0x239b),
    ("parenrightbt", 0x23a0), ("parenrightex", 0x239f), ("parenrighttp", 0x239e),
    ("perpendicular", 0x22a5), ("pi1", 0x3d6), ("precedes", 0x227a), ("precedesequal", 0x2aaf),
    ("prime", 0x2032), ("proportional", 0x221d), ("radical", 0x221a), ("radicalvertex", 0x221a),
    ("reflexsubset", 0x2286), ("reflexsuperset", 0x2287), ("rho1", 0x3f1), ("sharp", 0x266f),
    ("similar", 0x223c), ("similarequal", 0x2243), ("smile", 0x2323), ("square", 0x25a1),
    ("squaresolid", 0x25a0), ("star", 0x22c6), ("subsetnoteql", 0x228a), ("subsetsqequal", 0x2291),
    ("supersetsqequal", 0x2292), ("suppress", 0x335), ("tie", 0x2040), ("triangleleft", 0x25c1),
    ("triangleright", 0x25b7), ("turnstileleft", 0x22a2), ("turnstileright", 0x22a3),
    ("union", 0x222a), ("unionmulti", 0x228e), ("unionsq", 0x2294), ("vector", 0x20d7),
    ("vextenddouble", 0x2016), ("vextendsingle", 0x23d0), ("weierstrass", 0x2118),
    ("wreathproduct", 0x2240),
];

/// Endings that say how large a sign is drawn, or which part of a tall one.
const SIZES: [&str; 12] = [
    "bigg", "Bigg", "big", "Big", "text", "display", "tp", "bt", "ex", "mid", "vertex", "wide",
];

/// Letters of TeX's own faces whose names are those of other letters: capitals of the
/// blackboard and Fraktur faces, Greek ones of two forms.
pub(super) fn letter_of(face: &str, name: &str) -> Option<String> {
    if face.contains("CMMI") {
        return greek(name).map(str::to_owned);
    }
    let letter = name
        .chars()
        .next()
        .filter(|c| name.len() == 1 && c.is_ascii_uppercase())?;
    let at = u32::from(letter) - u32::from('A');
    let value = if face.contains("MSBM") {
        match letter {
            'C' => 0x2102,
            'H' => 0x210d,
            'N' => 0x2115,
            'P' => 0x2119,
            'Q' => 0x211a,
            'R' => 0x211d,
            'Z' => 0x2124,
            _ => 0x1d538 + at,
        }
    } else if face.contains("EUFM") {
        match letter {
            'C' => 0x212d,
            'H' => 0x210c,
            'I' => 0x2111,
            'R' => 0x211c,
            'Z' => 0x2128,
            _ => 0x1d504 + at,
        }
    } else {
        return None;
    };
    Some(if value > 0xffff {
        format!("u{value:05X}")
    } else {
        format!("uni{value:04X}")
    })
}

/// Greek letters of two forms, which TeX's letters name the other way round than others do.
fn greek(name: &str) -> Option<&'static str> {
    Some(match name {
        "phi" => "uni03D5",
        "phi1" => "uni03C6",
        _ => return None,
    })
}

/// The name under which a reader finds the character; an unknown one as it is.
pub(super) fn standard_name(name: &str) -> String {
    let known = |name: &str| NAMES.iter().find(|(known, _)| *known == name);
    let plain = SIZES.iter().filter_map(|size| name.strip_suffix(size));
    let plain = plain.min_by_key(|plain| plain.len());
    match (known(name), plain.filter(|plain| plain.len() > 2)) {
        (Some((_, value)), _) => format!("uni{value:04X}"),
        (None, Some(plain)) => match known(plain) {
            Some((_, value)) => format!("uni{value:04X}"),
            None => plain.to_owned(),
        },
        (None, None) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_sign_is_the_same_sign() {
        assert_eq!(standard_name("parenleftBigg"), "parenleft");
        assert_eq!(standard_name("summationdisplay"), "summation");
        assert_eq!(standard_name("angbracketleftbig"), "uni27E8");
        assert_eq!(standard_name("uniondisplay"), "uni222A");
    }

    #[test]
    fn a_blackboard_letter_is_no_plain_one() {
        assert_eq!(letter_of("BMXTTE+MSBM10", "R").as_deref(), Some("uni211D"));
        assert_eq!(letter_of("MZFLCI+EUFM10", "T").as_deref(), Some("u1D517"));
        assert_eq!(letter_of("BKSOJG+CMMI10", "R"), None);
        assert_eq!(
            letter_of("BKSOJG+CMMI10", "phi1").as_deref(),
            Some("uni03C6")
        );
    }

    #[test]
    fn names_every_reader_knows_stay() {
        for name in ["gamma", "universal", "element", "A", "parenleft"] {
            assert_eq!(standard_name(name), name);
        }
        assert_eq!(standard_name("follows"), "uni227B");
        assert_eq!(standard_name("Rfractur"), "uni211C");
        assert_eq!(standard_name("parenlefttp"), "uni239B");
    }
}
