//! What a student sees of a text, and what a hostile one cannot do.

use super::{Picture, Pictures, block, block_with, inline};

fn shown(source: &str) -> String {
    block(source).to_string()
}

#[test]
fn paragraphs_lists_tables_and_code_are_set() {
    let html =
        shown("One *two*\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```c\nif (a < b)\n```");
    for part in [
        "<p>One <em>two</em></p>",
        "<li>a</li>",
        "<div class=\"scroll\"><table>",
        "<td>1</td>",
        "if (a &lt; b)",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn a_cell_may_hold_bars_and_a_note_is_a_paragraph() {
    let html = shown("| f |\n| --- |\n| \\|x\\| |\n| a\\\\\\|b |\n\n<!-- note -->\n\n1 A note.");
    for part in ["<td>|x|</td>", "<td>a\\|b</td>", "<p>1 A note.</p>"] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("note --"), "{html}");
}

#[test]
fn formulas_become_mathml() {
    let html = shown("Energy is $E = mc^2$ and\n\n$$\\frac{a}{b}$$");
    assert_eq!(html.matches("<math").count(), 2, "{html}");
    assert!(html.contains("<mfrac>"), "{html}");
    assert!(html.contains("display=\"block\""), "{html}");
}

#[test]
fn formulas_of_lines_and_rows_are_set_with_their_number() {
    let html = shown("$$\n\\begin{aligned} a &= b, \\\\ &\\leq c. \\end{aligned} \\tag{3.1}\n$$");
    assert!(html.contains("class=\"formula numbered\""), "{html}");
    assert!(
        html.contains("<mtable") && html.contains("<span>(3.1)</span>"),
        "{html}"
    );
    let html = shown("In $f = \\begin{cases} 1 & \\text{if } x \\\\ 0 \\end{cases} \\tag{<b>}$ it");
    assert!(
        html.contains("<mtable") && html.contains(" (&#60;b&#62;) it"),
        "{html}"
    );
}

#[test]
fn a_formula_in_a_cell_may_hold_bars() {
    let html = shown("| f |\n| --- |\n| $\\vert x\\vert$ |\n| `⚠ a \\| b` |");
    assert_eq!(html.matches("<td>").count(), 2, "{html}");
    assert!(html.contains("<math") && html.contains("a | b"), "{html}");
}

#[test]
fn spaces_in_formulas_are_spaces() {
    let html = shown(r"$a\ b~c \text{ if } d$");
    assert!(
        html.contains("<math") && !html.contains("&amp;nbsp;"),
        "{html}"
    );
}

#[test]
fn prices_are_not_formulas() {
    assert!(!shown("It costs $5 and later $10.").contains("<math"));
}

#[test]
fn a_formula_that_is_none_is_shown_as_written() {
    let html = shown("$\\frac{<b>}$");
    assert!(!html.contains("<b>"), "{html}");
    assert!(html.contains("<code>"), "{html}");
}

#[test]
fn what_could_not_be_read_says_so() {
    let html = shown("Here `⚠ x <b> y` holds.\n\n```formula\nn\n∑ <i>\n```\n\nEnd.");
    assert_eq!(html.matches("class=\"as-printed\"").count(), 2, "{html}");
    assert_eq!(html.matches("See the page").count(), 3, "{html}");
    assert!(html.contains("<code>x &lt;b&gt; y</code>"), "{html}");
    assert!(
        html.contains("<p>End.</p>") && !html.contains("<i>"),
        "{html}"
    );
    let line = inline("`⚠ x` and `y`").to_string();
    assert!(
        line.contains("as-printed") && line.contains("<code>y</code>"),
        "{line}"
    );
}

#[test]
fn formulas_that_are_bombs_are_shown_as_written_and_end() {
    for bomb in [
        format!("${}$", "x".repeat(100_000)),
        format!("${}x{}$", "x^{".repeat(1_000), "}".repeat(1_000)),
        format!("${}$", "x_{1}".repeat(1_000_000)),
        format!(
            "$$\n{}\n$$",
            r"\frac{1}{".repeat(1_000) + &"}".repeat(1_000)
        ),
    ] {
        assert!(block(&bomb).len() < 2_000_000);
    }
}

#[test]
fn page_marks_vanish() {
    let html = shown("<!-- page 4 -->\nOne.\n\n<!-- page 5 -->\n\nTwo. <!-- aside -->");
    assert!(html.contains("One.") && html.contains("Two."), "{html}");
    assert!(
        !html.contains("page 4") && !html.contains("aside"),
        "{html}"
    );
}

#[test]
fn markup_in_the_source_is_text() {
    let html = shown(
        "A `vector` is vector<int>.\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>",
    );
    assert!(html.contains("vector&lt;int&gt;"), "{html}");
    assert!(
        !html.contains("<script") && !html.contains("<img"),
        "{html}"
    );
}

#[test]
fn links_lead_only_to_web_pages() {
    let html = shown(
        "[a](https://example.org) [b](javascript:alert(1)) [c](data:text/html,x) [d](/courses)",
    );
    assert_eq!(html.matches("href=").count(), 2, "{html}");
    assert!(
        html.contains("rel=\"noopener noreferrer nofollow\""),
        "{html}"
    );
}

#[test]
fn images_of_other_sites_are_not_fetched() {
    let html = shown("![a diagram](https://tracker.example/x.png)");
    assert!(
        !html.contains("<img") && html.contains("a diagram"),
        "{html}"
    );
}

#[test]
fn no_inline_style_is_written() {
    let hostile = r"$\color{red}{x} \! \begin{matrix} a \\[2em] b \end{matrix}$";
    let html = shown(&format!("{hostile}\n\n| a |\n|:-:|\n| b |"));
    assert!(html.contains("<math"), "{html}");
    assert!(!html.contains("style="), "{html}");
}

#[test]
fn a_text_cannot_pose_as_a_formula() {
    let html = shown("$x$ &#xFDD0;0&#xFDD1; [l](http://e.org/ \"&#xFDD0;0&#xFDD1;\")");
    assert_eq!(html.matches("<math").count(), 1, "{html}");
}

#[test]
fn headings_stay_below_the_pages_own() {
    let html = shown("# One\n\n## Two");
    assert!(
        html.contains("<h3>One</h3>") && html.contains("<h4>Two</h4>"),
        "{html}"
    );
}

#[test]
fn an_inline_text_keeps_what_looks_like_a_list_and_holds_no_block() {
    assert_eq!(inline("4. May").to_string(), "4. May");
    assert_eq!(inline("- 5").to_string(), "- 5");
    assert_eq!(
        inline("_a_ [b](http://c.org)\n\n# d").to_string(),
        "<em>a</em> b # d"
    );
    assert!(inline("$x^2$").to_string().contains("<msup>"));
}

#[test]
fn hostile_texts_end() {
    let deep = 3_000;
    let texts = [
        ">".repeat(deep) + " x",
        "- ".repeat(deep) + "x",
        "*".repeat(deep) + "x" + &"*".repeat(deep),
        "[".repeat(deep) + &"](x)".repeat(deep),
        format!("${}$", "{".repeat(1_900) + "x" + &"}".repeat(1_900)),
        format!("${}$", r"\frac{".repeat(600)),
        format!("${}x$", "x^{".repeat(1_200)),
        format!("${}x${}", r"\sqrt{".repeat(600), "}".repeat(600)),
        format!(
            r"$\def\a{{x}}{}\e$",
            [('b', 'a'), ('c', 'b'), ('d', 'c'), ('e', 'd')]
                .map(|(name, of)| format!(r"\def\{name}{{{}}}", format!(r"\{of}").repeat(40)))
                .concat()
        ),
        format!("${}$", "x".repeat(5_000)),
        "$\\left(".repeat(deep),
        "<div>".repeat(deep),
        "&#xFDD0;".repeat(deep),
    ];
    for text in &texts {
        assert!(!block(text).to_string().contains("<script"));
        assert!(!inline(text).to_string().contains("<p"));
    }
}

#[test]
fn a_text_of_megabytes_is_cut() {
    assert!(block(&"word ".repeat(1_000_000)).len() < 300_000);
}

fn with_a_picture(source: &str) -> String {
    let picture = Picture {
        src: "/api/documents/1/figures/2".into(),
        width: 640,
        height: 480,
    };
    block_with(source, &Pictures::from([(2, picture)])).to_string()
}

#[test]
fn a_picture_of_the_document_stands_at_its_place_with_its_caption() {
    assert_eq!(
        with_a_picture("Before.\n\n![Figure 1: *a* <b> \"c\"](figure:2)\n\nAfter."),
        "<p>Before.</p>\n<figure><img src=\"/api/documents/1/figures/2\" loading=\"lazy\" \
         width=\"640\" height=\"480\" alt=\"Figure 1: a  &#34;c&#34;\">\
         <figcaption dir=\"auto\">Figure 1: a  &#34;c&#34;</figcaption></figure>\n<p>After.</p>"
    );
}

#[test]
fn a_caption_s_formulas_are_set_and_said() {
    let html = with_a_picture("![Abb. 1: $\\mathbb{R}_{[0, 1)}$ in `⚠ x ?`](figure:2)");
    assert!(
        html.contains("alt=\"Abb. 1: ℝ_([0, 1)) in ⚠ x ?\""),
        "{html}"
    );
    assert!(
        html.contains("<figcaption dir=\"auto\">Abb. 1: <math"),
        "{html}"
    );
    assert!(html.contains("class=\"as-printed\""), "{html}");
}

#[test]
fn a_picture_from_elsewhere_or_one_that_is_not_there_is_its_caption() {
    for source in [
        "![cap](figure:3)",
        "![cap](https://example.org/figure:2)",
        "![cap](figure:-2)",
        "![cap](javascript:alert(1))",
    ] {
        let html = with_a_picture(source);
        assert_eq!(html, "<p>cap</p>", "{source}");
    }
    let hostile = with_a_picture("![\"><script>alert(1)</script>![x](y)](figure:2)");
    assert!(!hostile.contains("<script"), "{hostile}");
    assert_eq!(hostile.matches("<img").count(), 1, "{hostile}");
}
