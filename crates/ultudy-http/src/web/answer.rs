//! Answers to questions as the pages show them.

use ultudy_app::ask::{Answered, CitedSource};

use super::{
    markdown::{self, Citation, Html},
    words,
};

/// An answer's text as HTML that is safe to show, its citations as links to the pages.
pub fn answer_html(answered: &Answered, sources: &[CitedSource]) -> Html {
    let cited = sources.iter();
    let cited = cited.filter(|source| answered.cited.contains(&source.number));
    let citation = |source: &CitedSource| Citation {
        number: source.number,
        href: format!("/read/{}#page-{}", source.section_id, source.page_start),
        label: words::pages(source.page_start, source.page_end),
        title: format!("{} · {}", source.document_title, source.title),
    };
    let citations: Vec<Citation> = cited.map(citation).collect();
    markdown::cited(&answered.text, &citations)
}

#[cfg(test)]
mod tests {
    use ultudy_app::ask::AnsweredBy;
    use uuid::Uuid;

    use super::*;

    fn html(text: &str) -> String {
        let source = |number: usize, page: i32| CitedSource {
            number,
            document_id: Uuid::nil(),
            document_title: "Cells \"[2]\" <b>".into(),
            section_id: Uuid::from_u128(7),
            title: "What [2] cells are".into(),
            page_start: page,
            page_end: page + 1,
        };
        let answered = Answered {
            text: text.into(),
            cited: vec![1, 2],
            by: AnsweredBy::Model,
        };
        answer_html(&answered, &[source(1, 3), source(2, 9), source(3, 9)]).to_string()
    }

    #[test]
    fn citations_lead_to_their_pages() {
        let shown = html("A cell is **alive** [1] [2].\n\nIt grows [3].");
        let href = format!("href=\"/read/{}#page-3\"", Uuid::from_u128(7));
        assert!(shown.contains(&href), "{shown}");
        assert_eq!(shown.matches("<a ").count(), 2, "{shown}");
        assert!(shown.contains("<strong>alive</strong>"), "{shown}");
        // What is not cited is no link, nor is what a title says.
        assert!(shown.contains("It grows [3]."), "{shown}");
        assert!(!shown.contains("<b>"), "{shown}");
    }

    #[test]
    fn code_and_formulas_keep_their_brackets() {
        let shown = html("`a[1]` and $b[1]$\n\n```c\na[1]\n```\n");
        assert!(!shown.contains("<a "), "{shown}");
        assert!(
            shown.contains("<code>a[1]</code>") && shown.contains("<math"),
            "{shown}"
        );
    }

    #[test]
    fn whatever_a_model_writes_is_inert() {
        let hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> <svg/onload=alert(1)>\n\n\
            [click](javascript:alert(1)) [sign in](https://evil.example/) <https://evil.example/>\n\n\
            ![p](https://evil.example/p.png) <a href=\"javascript:alert(1)\">x</a>\n\n\
            A [1] cell.\n\n[1]: javascript:alert(1)\n> [2]: https://evil.example/\n\n\
            <iframe src=//evil.example></iframe><form action=//evil.example><input></form>\n\n\
            $\\href{javascript:alert(1)}{x}$ <div style=\"position:fixed\" class=\"modal\" id=x>y</div>\n";
        let shown = html(hostile);
        for tag in [
            "<script", "<img", "<svg", "<iframe", "<form", "<input", "<div",
        ] {
            assert!(!shown.contains(tag), "{tag} in {shown}");
        }
        let links: Vec<&str> = shown.split("<a ").skip(1).collect();
        assert!(!links.is_empty());
        for link in links {
            assert!(link.starts_with("class=\"cite\" href=\"/read/"), "{link}");
        }
    }
}
