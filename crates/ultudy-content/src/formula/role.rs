//! What a glyph may be in a formula, and whether it makes one.

use ultudy_domain::formula::{Class, FUNCTIONS, command};

use super::{Face, Glyph, glyph::is_styled, is_lost, scripts, sign::accented};

/// What a glyph may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A letter, number or function: something a formula can be about.
    Operand,
    /// A sign that something is done with or that relates.
    Operator,
    Open,
    Close,
    Punctuation,
    /// A word of the text: no part of any formula.
    Word,
    /// Typewriter text, whose signs are no formulas.
    Code,
}

/// A glyph's part, and whether what it stands in is thereby a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) part: Part,
    pub(super) evident: bool,
}

impl Role {
    const WORD: Self = Self {
        part: Part::Word,
        evident: false,
    };

    /// The role of a glyph by itself.
    pub(super) fn of(glyph: &Glyph) -> Self {
        let evident = glyph.face.is_mathematical();
        let is = |part| Self { part, evident };
        if glyph.face == Face::Code {
            return Self {
                part: Part::Code,
                evident: false,
            };
        }
        if glyph.latex.is_some() {
            return Self {
                part: Part::Operand,
                evident: true,
            };
        }
        let Some(sole) = glyph.sole() else {
            return Self::of_many(glyph);
        };
        match sole {
            '(' | '[' => is(Part::Open),
            ')' | ']' => is(Part::Close),
            ',' | '.' | ';' | ':' | '!' | '?' => Self {
                part: Part::Punctuation,
                evident: false,
            },
            c if c.is_ascii_digit() => is(Part::Operand),
            c if is_lost(c) => is(if evident { Part::Operand } else { Part::Word }),
            c if is_styled(c) => Self {
                part: Part::Operand,
                evident: true,
            },
            // In text it ends an item or points to a footnote as often.
            '•' | '·' | '∙' | '□' | '■' | '…' | '§' | '′' | '∗' | '⋆' if !evident => {
                is(Part::Operator)
            }
            '+' | '=' | '<' | '>' | '|' | '*' | '/' | '−' | '‖' | '\'' | '’' => {
                is(Part::Operator)
            }
            '-' | '\\' if evident => is(Part::Operator),
            c => Self::of_sign(c, glyph.face),
        }
    }

    fn of_many(glyph: &Glyph) -> Self {
        let evident = glyph.face.is_mathematical();
        if glyph.is_number() || FUNCTIONS.contains(&glyph.text.as_str()) || evident {
            let part = Part::Operand;
            return Self { part, evident };
        }
        // A sign with a stroke through it.
        if glyph.text.ends_with('\u{338}') {
            return Self {
                part: Part::Operator,
                evident: true,
            };
        }
        Self::WORD
    }

    fn of_sign(sign: char, face: Face) -> Self {
        let mathematical = face.is_mathematical();
        match command(sign) {
            Some((_, Class::Open)) => Self {
                part: Part::Open,
                evident: mathematical || sign != '{',
            },
            Some((_, Class::Close)) => Self {
                part: Part::Close,
                evident: mathematical || sign != '}',
            },
            Some((_, Class::Relation | Class::Binary | Class::Large)) => Self {
                part: Part::Operator,
                evident: true,
            },
            // A Greek letter may be a word of the text, as in "β cell".
            Some(_) if sign.is_alphabetic() => Self {
                part: Part::Operand,
                evident: mathematical,
            },
            Some(_) => Self {
                part: Part::Operand,
                evident: true,
            },
            None if mathematical => Self {
                part: Part::Operand,
                evident: true,
            },
            None if face == Face::Italic
                && (sign.is_ascii_alphabetic() || accented(sign).is_some()) =>
            {
                Self {
                    part: Part::Operand,
                    evident: true,
                }
            }
            None => Self::WORD,
        }
    }

    /// The role of a glyph that carries scripts.
    pub(super) fn with_scripts(self, base: &Glyph, scripts: &[Glyph], raised: bool) -> Self {
        if scripts
            .iter()
            .all(|script| scripts::printed(script).is_some())
        {
            // A unit, an ordinal, a mark of a footnote, unless more says what it is.
            return if self.part == Part::Punctuation {
                Self::WORD
            } else {
                self
            };
        }
        let plain = scripts.iter().all(|script| {
            !script.face.is_mathematical()
                && !script
                    .text
                    .chars()
                    .any(|c| matches!(c, '−' | '-' | '+' | '='))
        });
        let digits = plain && scripts.iter().all(Glyph::is_number);
        let letter = base.sole().is_some_and(char::is_alphabetic);
        match self.part {
            Part::Code => self,
            // A footnote's mark, a unit, a chemical formula: Unicode writes these.
            Part::Word if plain && (!letter || raised && !digits) => self,
            Part::Word if digits && (!letter || !raised) => self,
            Part::Punctuation => Self::WORD,
            Part::Word | Part::Operand if plain && base.is_number() && base.text.len() > 3 => {
                Self::WORD
            }
            // "10³" is read as well in words, and "7²" may point to a note.
            Part::Operand if digits && raised && base.is_number() => self,
            Part::Word => Self {
                part: Part::Operand,
                evident: true,
            },
            Part::Close | Part::Operator if plain => self,
            part => Self {
                part,
                evident: true,
            },
        }
    }
}
