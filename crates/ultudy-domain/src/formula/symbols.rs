//! Signs of mathematics and their LaTeX commands.

/// What a sign does in a formula, which is how it is spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A letter or a sign that stands for a thing: `α`, `∞`, `∀`.
    Ordinary,
    /// A sign between two things that says how they are related: `≤`, `→`.
    Relation,
    /// A sign between two things that makes one of them: `∩`, `⋅`.
    Binary,
    /// A sign that takes limits: `∑`, `∫`.
    Large,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
}

/// Functions with a command of their own.
pub const FUNCTIONS: [&str; 32] = [
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim",
    "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min",
    "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh",
];

#[rustfmt::skip]
const ORDINARY: [(char, &str); 76] = [
    ('α', "alpha"), ('β', "beta"), ('γ', "gamma"), ('δ', "delta"), ('ε', "varepsilon"),
    ('ϵ', "epsilon"), ('ζ', "zeta"), ('η', "eta"), ('θ', "theta"), ('ϑ', "vartheta"),
    ('ι', "iota"), ('κ', "kappa"), ('ϰ', "varkappa"), ('λ', "lambda"), ('μ', "mu"), ('µ', "mu"),
    ('ν', "nu"), ('ξ', "xi"), ('π', "pi"), ('ϖ', "varpi"), ('ρ', "rho"), ('ϱ', "varrho"),
    ('σ', "sigma"), ('ς', "varsigma"), ('τ', "tau"), ('υ', "upsilon"), ('φ', "varphi"),
    ('ϕ', "phi"), ('χ', "chi"), ('ψ', "psi"), ('ω', "omega"), ('Γ', "Gamma"), ('Δ', "Delta"),
    ('∆', "Delta"), ('Θ', "Theta"), ('Λ', "Lambda"), ('Ξ', "Xi"), ('Π', "Pi"), ('Σ', "Sigma"),
    ('Υ', "Upsilon"), ('Φ', "Phi"), ('Ψ', "Psi"), ('Ω', "Omega"), ('\u{2126}', "Omega"),
    ('ℵ', "aleph"), ('ℓ', "ell"), ('∇', "nabla"), ('∂', "partial"), ('ℏ', "hbar"), ('ı', "imath"),
    ('ȷ', "jmath"), ('ℑ', "Im"), ('ℜ', "Re"), ('℘', "wp"), ('…', "dots"), ('⋯', "cdots"),
    ('⋱', "ddots"), ('⋮', "vdots"), ('∞', "infty"), ('∠', "angle"), ('□', "square"), ('⊤', "top"),
    ('⊥', "bot"), ('■', "blacksquare"), ('△', "bigtriangleup"), ('♭', "flat"), ('♮', "natural"),
    ('♯', "sharp"), ('′', "prime"), ('∀', "forall"), ('∃', "exists"), ('∄', "nexists"),
    ('¬', "neg"), ('∅', "emptyset"), ('∁', "complement"), ('§', "S"),
];

#[rustfmt::skip]
const RELATIONS: [(char, &str); 73] = [
    ('≤', "leq"), ('≥', "geq"), ('⩽', "leqslant"), ('⩾', "geqslant"), ('≪', "ll"), ('≫', "gg"),
    ('≠', "neq"), ('≡', "equiv"), ('≈', "approx"), ('∼', "sim"), ('≃', "simeq"), ('≅', "cong"),
    ('≐', "doteq"), ('≍', "asymp"), ('∝', "propto"), ('≔', "coloneqq"), ('≕', "eqqcolon"),
    ('∈', "in"), ('∉', "notin"), ('∋', "ni"), ('⊂', "subset"), ('⊃', "supset"), ('⊆', "subseteq"),
    ('⊇', "supseteq"), ('⊊', "subsetneq"), ('⊋', "supsetneq"), ('⊏', "sqsubset"),
    ('⊐', "sqsupset"), ('⊑', "sqsubseteq"), ('⊒', "sqsupseteq"), ('≺', "prec"), ('≻', "succ"),
    ('⪯', "preceq"), ('⪰', "succeq"), ('≼', "preccurlyeq"), ('≽', "succcurlyeq"),
    ('→', "to"), ('←', "leftarrow"), ('↔', "leftrightarrow"), ('⇒', "Rightarrow"),
    ('⇐', "Leftarrow"), ('⇔', "Leftrightarrow"), ('⟶', "longrightarrow"),
    ('⟵', "longleftarrow"), ('⟷', "longleftrightarrow"), ('⟹', "Longrightarrow"),
    ('⟸', "Longleftarrow"), ('⟺', "Longleftrightarrow"), ('↦', "mapsto"), ('⟼', "longmapsto"),
    ('↪', "hookrightarrow"), ('↩', "hookleftarrow"), ('↗', "nearrow"), ('↘', "searrow"),
    ('↖', "nwarrow"), ('↙', "swarrow"), ('↠', "twoheadrightarrow"), ('⇀', "rightharpoonup"),
    ('⇌', "rightleftharpoons"), ('↑', "uparrow"), ('↓', "downarrow"), ('⇑', "Uparrow"),
    ('⇓', "Downarrow"), ('↕', "updownarrow"), ('∣', "mid"), ('∥', "parallel"), ('⟂', "perp"),
    ('⊢', "vdash"), ('⊣', "dashv"), ('⊨', "models"), ('⊩', "Vdash"), ('⊴', "trianglelefteq"),
    ('⋈', "bowtie"),
];

#[rustfmt::skip]
const BINARIES: [(char, &str); 33] = [
    ('±', "pm"), ('∓', "mp"), ('×', "times"), ('÷', "div"), ('⋅', "cdot"), ('·', "cdot"),
    ('∘', "circ"), ('◦', "circ"), ('•', "bullet"), ('∙', "bullet"), ('⋆', "star"), ('∗', "ast"),
    ('∩', "cap"), ('∪', "cup"), ('⊎', "uplus"), ('⊓', "sqcap"), ('⊔', "sqcup"), ('∧', "wedge"),
    ('∨', "vee"), ('∖', "setminus"), ('⊕', "oplus"), ('⊖', "ominus"), ('⊗', "otimes"),
    ('⊘', "oslash"), ('⊙', "odot"), ('⋄', "diamond"), ('≀', "wr"), ('⋉', "ltimes"),
    ('⋊', "rtimes"), ('⊞', "boxplus"), ('⊠', "boxtimes"), ('⊻', "veebar"), ('⊲', "lhd"),
];

#[rustfmt::skip]
const LARGE: [(char, &str); 18] = [
    ('∑', "sum"), ('∏', "prod"), ('∐', "coprod"), ('∫', "int"), ('∬', "iint"), ('∭', "iiint"),
    ('∮', "oint"), ('⋃', "bigcup"), ('⋂', "bigcap"), ('⋀', "bigwedge"), ('⋁', "bigvee"),
    ('⨆', "bigsqcup"), ('⨁', "bigoplus"), ('⨂', "bigotimes"), ('⨀', "bigodot"),
    ('⨄', "biguplus"), ('⨅', "bigsqcap"), ('∯', "oiint"),
];

#[rustfmt::skip]
const OPENING: [(char, &str); 4] =
    [('⟨', "langle"), ('⌊', "lfloor"), ('⌈', "lceil"), ('{', "{")];

#[rustfmt::skip]
const CLOSING: [(char, &str); 4] =
    [('⟩', "rangle"), ('⌋', "rfloor"), ('⌉', "rceil"), ('}', "}")];

/// Other names of the same signs, which are read and not written.
#[rustfmt::skip]
const SYNONYMS: [(&str, &str); 32] = [
    ("le", "leq"), ("ge", "geq"), ("ne", "neq"), ("rightarrow", "to"), ("gets", "leftarrow"),
    ("implies", "Longrightarrow"), ("impliedby", "Longleftarrow"), ("iff", "Longleftrightarrow"),
    ("ldots", "dots"), ("dotsc", "dots"), ("dotsb", "cdots"), ("land", "wedge"), ("lor", "vee"),
    ("lnot", "neg"), ("owns", "ni"), ("lbrace", "{"), ("rbrace", "}"), ("varnothing", "emptyset"),
    ("smallsetminus", "setminus"), ("backslash", "setminus"), ("Box", "square"),
    ("colonequals", "coloneqq"), ("vDash", "models"), ("isin", "in"), ("lbrack", "["),
    ("rbrack", "]"), ("vert", "|"), ("Vert", "‖"), ("lvert", "|"), ("rvert", "|"),
    ("lt", "<"), ("gt", ">"),
];

/// All tables with their class.
const TABLES: [(Class, &[(char, &str)]); 6] = [
    (Class::Ordinary, &ORDINARY),
    (Class::Relation, &RELATIONS),
    (Class::Binary, &BINARIES),
    (Class::Large, &LARGE),
    (Class::Open, &OPENING),
    (Class::Close, &CLOSING),
];

/// The name of the command that writes the sign, without its backslash, and the sign's
/// class; `None` for a sign that is written as itself.
#[must_use]
pub fn command(sign: char) -> Option<(&'static str, Class)> {
    TABLES.iter().find_map(|(class, table)| {
        let found = table.iter().find(|(known, _)| *known == sign);
        found.map(|(_, name)| (*name, *class))
    })
}

/// The sign that a command writes and its class; `None` for commands that do something
/// else and for unknown ones.
#[must_use]
pub fn sign(command: &str) -> Option<(char, Class)> {
    let synonym = SYNONYMS.iter().find(|(name, _)| *name == command);
    let name = synonym.map_or(command, |(_, name)| *name);
    let found = TABLES.iter().find_map(|(class, table)| {
        let found = table.iter().find(|(_, known)| *known == name);
        found.map(|(sign, _)| (*sign, *class))
    });
    let as_itself = || name.chars().next().filter(|_| synonym.is_some());
    found.or_else(|| as_itself().map(|sign| (sign, Class::Ordinary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_leads_back_to_its_sign() {
        for (class, table) in TABLES {
            for (sign, name) in table {
                assert_eq!(command(*sign), Some((*name, class)));
                let (back, _) = super::sign(name).unwrap();
                // Some signs have two code points.
                assert_eq!(command(back), Some((*name, class)));
            }
        }
    }

    #[test]
    fn synonyms_are_read() {
        assert_eq!(sign("le"), Some(('≤', Class::Relation)));
        assert_eq!(sign("lt"), Some(('<', Class::Ordinary)));
        assert_eq!(sign("frac"), None);
        assert_eq!(command('x'), None);
    }
}
