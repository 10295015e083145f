//! Characters that only the font program names.

use crate::{
    harness::{markdown, text},
    pdf_file::{assemble, stream},
};

/// A page in a font whose program names the codes of "A" to "E" otherwise, as TeX's maths
/// fonts do, and whose dictionary says nothing.
fn file(names: [&str; 5], shown: &str) -> Vec<u8> {
    let named: String = (65..)
        .zip(names)
        .map(|(code, name)| format!("dup {code} /{name} put\n"))
        .collect();
    let program =
        format!("%!PS-AdobeFont-1.0\n/Encoding 256 array\n{named}readonly def\ncurrentfile eexec ");
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]/Resources<</Font<</F1 5 0 R>>>>>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>".to_vec(),
        stream(
            "",
            format!("BT /F1 11 Tf 72 700 Td ({shown}) Tj ET").as_bytes(),
        ),
        b"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+MSBM10/FontDescriptor 6 0 R>>".to_vec(),
        b"<</Type/FontDescriptor/FontName/ABCDEF+MSBM10/Flags 4/FontFile 7 0 R>>".to_vec(),
        stream("", program.as_bytes()),
    ];
    assemble(&objects, "/Root 1 0 R")
}

#[tokio::test]
async fn signs_are_what_the_font_s_program_calls_them() {
    let names = ["unionsq", "summationdisplay", "follows", "gamma", "R"];
    assert_eq!(text(&file(names, "ABCDE")).await, "⊔∑ ≻ γℝ");
    let markdown = markdown(&file(names, "ABCDE")).await;
    let formula = "$$\n\\sqcup\\sum \\succ \\gamma\\mathbb{R}\n$$\n\n";
    assert!(markdown.ends_with(formula), "{markdown}");
}

#[tokio::test]
async fn a_sign_struck_through_is_another_sign() {
    let names = ["negationslash", "element", "equal", "x", "y"];
    assert_eq!(text(&file(names, "DABE DACE")).await, "x ∉ y x ≠ y");
}
