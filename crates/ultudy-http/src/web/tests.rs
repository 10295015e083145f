//! What the pages show, and what they do not.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::http::HeaderMap;
use chrono::NaiveDate;
use ultudy_app::{
    accounts::{Via, Who},
    lessons::Opened,
    practice::{PracticeItem, PracticeSource},
    search::Hit,
    spending::{self, MyUsage},
};
use ultudy_domain::{
    account::{ApiToken, AuthSession, Role, User},
    concept::Concept,
    mastery::{Mastery, MasteryState},
    practice::Difficulty,
    progress::{MasteryCounts, ProgressOverview, StudyStats},
    usage::{Period, Totals},
};

use super::{
    account::{AccountPage, ProviderLinks, SignInPage, SignUpPage, as_signed_in},
    course::{CoursePage, DocumentRow},
    courses::{CourseCard, CoursesPage},
    document::DocumentPage,
    learn::LearnPage,
    lesson_text::LessonText,
    markdown::Pictures,
    practice::{PracticePage, QuestionText},
    progress::ProgressPage,
    read::ReadPage,
    reasons::Reasons,
    samples::{self, HOSTILE},
    search::{HitRow, SearchPage},
    sections::{SectionRow, States},
    uploads::Upload,
    usage::UsagePage,
    visitor::Visitor,
    waiting::WaitingPage,
};

fn today() -> NaiveDate {
    samples::moment().date_naive()
}

fn overview(name: &str, answers: &[bool]) -> ProgressOverview {
    let concept = Concept {
        id: samples::id(100),
        name: name.into(),
        document_id: samples::id(20),
        section_id: Some(samples::id(31)),
        course_id: Some(samples::id(1)),
        chapter: Some(name.into()),
        concept_number: 1,
        mastery: answers
            .iter()
            .fold(Mastery::NEW, |mastery, &correct| mastery.after(correct)),
        last_reviewed_at: None,
    };
    let names = [(samples::id(1), name.to_owned())].into();
    ProgressOverview::gather(&[concept], &names, Vec::new(), StudyStats::default())
}

fn courses(name: &str) -> CoursesPage {
    let exam = NaiveDate::from_ymd_opt(2026, 6, 13);
    let mut archived = samples::course(2, name, None);
    archived.archived = true;
    let courses = vec![samples::course(1, name, exam), archived];
    let mut loose = samples::document(name);
    loose.course_id = None;
    CoursesPage::new(courses, vec![samples::document(name), loose], today())
}

fn course(name: &str) -> CoursePage {
    let sections = vec![samples::section(1, name), samples::section(2, name)];
    let states = States::of(&overview(name, &[true, true]));
    CoursePage {
        at: "courses",
        card: CourseCard::new(samples::course(1, name, None), 1, today()),
        documents: vec![DocumentRow::new(samples::document(name), sections, &states)],
        uploads: vec![Upload {
            id: samples::id(9),
            title: name.into(),
            progress: 40,
            stage: "Reading the pages".into(),
            failure: None,
        }],
        upload_bytes_max: 200 << 20,
        lesson_language: Some("de"),
    }
}

fn document(name: &str) -> DocumentPage {
    let states = States::of(&overview(name, &[false]));
    let sections = vec![samples::section(1, name), samples::section(2, name)];
    DocumentPage {
        at: "courses",
        document: samples::document(name),
        course: Some(samples::course(1, name, None)),
        courses: vec![samples::course(1, name, None)],
        sections: SectionRow::all(sections, &states),
        counts: MasteryCounts::default(),
        whole: Vec::new(),
    }
}

fn opened(name: &str) -> Opened {
    Opened {
        document: samples::document(name),
        section: Some(samples::section(1, name)),
        next: Some(samples::section(2, name)),
        lesson_id: None,
        states: HashMap::from([(samples::id(100), MasteryState::Mastered)]),
    }
}

fn learn(name: &str) -> LearnPage {
    let mut lesson = samples::lesson(3);
    lesson.concepts[0].name = name.into();
    LearnPage {
        at: "courses",
        opened: opened(name),
        text: Arc::new(LessonText::new(&lesson, &Default::default())),
    }
}

fn read(name: &str) -> ReadPage {
    let text = format!("<!-- page 4 -->\n\n{name}\n\n<!-- page 5 -->\n\n## {name}\n\nMore.");
    ReadPage::new(opened(name), &text, &Pictures::default())
}

fn search(name: &str) -> SearchPage {
    let mut page = SearchPage::new(name.into(), Some(samples::course(1, name, None)));
    page.hits = vec![HitRow::new(Hit {
        document_id: samples::id(20),
        document_title: name.into(),
        section_id: samples::id(31),
        title: name.into(),
        snippet: format!("A {name} b"),
        matches: std::iter::once(2..2 + name.len()).collect(),
        page_start: 3,
        page_end: 4,
        score: 1.0,
    })];
    page
}

fn practice(name: &str) -> PracticePage {
    let item = PracticeItem {
        question: name.into(),
        choices: vec![name.into(), "b".into(), "c".into(), "d".into()],
        correct_index: 1,
        rationale: name.into(),
        explanations: vec![name.into(); 4],
        source: PracticeSource {
            document_id: samples::id(20),
            page_start: 3,
            page_end: 3,
        },
        check_in_id: Some(samples::id(22)),
        concept: name.into(),
    };
    PracticePage {
        at: "practice",
        courses: vec![samples::course(1, name, None)],
        course_id: Some(samples::id(1)),
        document_id: None,
        topic: name.into(),
        weak_areas: true,
        difficulty: Difficulty::Hard,
        count: 5,
        questions: Some(vec![QuestionText::new(item)]),
    }
}

fn sign_in(next: &str) -> SignInPage<'_> {
    SignInPage {
        at: "outside",
        next,
        sign_up_open: true,
        provider: None,
    }
}

fn sign_in_elsewhere<'a>(name: &'a str) -> SignInPage<'a> {
    SignInPage {
        provider: Some(ProviderLinks {
            name,
            can_sign_out: true,
        }),
        ..sign_in("/")
    }
}

fn sign_up(next: &str) -> SignUpPage<'_> {
    SignUpPage {
        at: "outside",
        next,
        sign_up_open: false,
    }
}

fn account(name: &str) -> AccountPage {
    let user = User {
        id: "ada".into(),
        email: Some(name.into()),
        role: Role::Operator,
        created_at: samples::moment(),
    };
    let session = |number| AuthSession {
        id: samples::id(number),
        created_at: samples::moment(),
        last_seen_at: samples::moment(),
        expires_at: samples::moment(),
        user_agent: Some(name.into()),
        address: Some("192.0.2.1".into()),
    };
    let token = ApiToken {
        id: samples::id(3),
        name: name.into(),
        created_at: samples::moment(),
        last_used_at: None,
        expires_at: None,
    };
    let who = Who {
        user,
        via: Via::Session(samples::id(1)),
    };
    AccountPage::new(&who, vec![session(1), session(2)], vec![token], &visitor())
}

fn visitor() -> Visitor {
    Visitor::of("local".into(), &HeaderMap::new(), samples::moment())
}

/// Every page, with `name` wherever a text may come from outside.
fn every_page(name: &str) -> [(&'static str, String); 14] {
    let progress = ProgressPage::new(overview(name, &[false]), &visitor());
    [
        ("courses", courses(name).render()),
        ("course", course(name).render()),
        ("document", document(name).render()),
        ("learn", learn(name).render()),
        ("waiting", WaitingPage::new(opened(name), None).render()),
        ("read", read(name).render()),
        ("progress", progress.render()),
        ("search", search(name).render()),
        ("practice", practice(name).render()),
        ("sign-in", sign_in(name).render()),
        ("sign-in elsewhere", sign_in_elsewhere(name).render()),
        ("sign-up", sign_up(name).render()),
        ("account", account(name).render()),
        ("usage", usage(name).render()),
    ]
    .map(|(page, html)| (page, html.unwrap()))
}

#[test]
fn scripts_in_names_and_titles_are_inert() {
    for (page, html) in every_page(HOSTILE) {
        assert!(!html.contains("<script>"), "{page}");
        assert!(!html.contains("<img"), "{page}");
        assert!(
            html.contains("&#60;script&#62;alert(1)"),
            "{page} does not show the name at all"
        );
    }
}

#[test]
fn pages_hold_nothing_that_their_policy_forbids() {
    for (page, html) in every_page("Analysis") {
        for forbidden in [
            " style=",
            " onclick=",
            "<style",
            "javascript:",
            "http://",
            "https://",
        ] {
            assert!(!html.contains(forbidden), "{page} holds {forbidden}");
        }
        for script in html.split("<script ").skip(1) {
            assert!(
                script.starts_with("type=\"module\" src=\"/assets/"),
                "{page}: {script}"
            );
        }
    }
}

#[test]
fn pages_name_only_assets_that_are_there() {
    for (page, html) in every_page("Analysis") {
        for address in html.split("\"/assets/").skip(1) {
            let name = address.split(['"', '/']).nth(1).unwrap();
            assert!(super::assets::exists(name), "{page}: {name}");
        }
    }
}

#[test]
fn every_page_has_a_title_a_main_part_and_one_first_heading() {
    for (page, html) in every_page("Analysis") {
        assert_eq!(html.matches("<h1").count(), 1, "{page}");
        assert_eq!(html.matches("<main id=\"main\"").count(), 1, "{page}");
        assert!(!html.contains("<title> · Ultudy"), "{page}");
    }
}

#[test]
fn a_hit_marks_its_words_and_leads_to_its_page() {
    let html = search("limit").render().unwrap();
    assert!(html.contains("A <mark>limit</mark> b"), "{html}");
    let page = format!("/api/documents/{}/file#page=3", samples::id(20));
    let section = format!("/learn/{}", samples::id(31));
    assert!(html.contains(&page) && html.contains(&section));
}

#[test]
fn a_set_keeps_what_was_chosen() {
    let html = practice("Limits").render().unwrap();
    assert!(html.contains("<option value=\"hard\" selected>"));
    assert!(html.contains("name=\"weak_areas\" checked"));
    assert_eq!(html.matches("class=\"option\"").count(), 4);
}

#[test]
fn a_course_says_how_far_its_exam_is() {
    let html = courses("Analysis").render().unwrap();
    assert!(html.contains("12 days to the exam"));
    assert!(html.contains("exam near"));
    assert!(html.contains("Archived courses (1)"));
}

#[test]
fn without_courses_the_first_step_is_shown() {
    let html = CoursesPage::new(Vec::new(), Vec::new(), today())
        .render()
        .unwrap();
    assert!(html.contains("Make your first course"));
}

#[test]
fn an_upload_in_flight_survives_a_reload() {
    let html = course("Analysis").render().unwrap();
    let job = format!("data-job=\"{}\" data-in-flight", samples::id(9));
    assert!(html.contains(&job), "{html}");
    assert!(html.contains("value=\"40\"") && html.contains("Reading the pages"));
}

#[test]
fn a_document_says_how_it_was_split_and_what_could_not_be_read() {
    let html = document("Notes").render().unwrap();
    assert!(html.contains("split into equal parts"));
    assert!(html.contains("Pages 4, 7–9 hold no text that can be read"));
    assert!(html.contains("Page 5 was recognised from a scan"));
    assert!(html.contains("Pages 2–3 were read from pictures by a model"));
    assert!(html.contains("/file#page=2"));
    assert!(html.contains("pages 2–3"));
}

#[test]
fn a_lesson_cites_its_pages_and_sets_its_formulas() {
    let html = learn("Limits").render().unwrap();
    let page = format!("/api/documents/{}/file#page=3", samples::id(20));
    // Three concepts with two questions each.
    assert!(html.matches(&page).count() >= 9, "{html}");
    assert!(html.contains("<math") && !html.contains("$$"));
    assert!(html.contains("href=\"#concept-3\""));
}

#[test]
fn a_text_is_read_page_by_page() {
    let page = read("Limits").render().unwrap();
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    assert!(at("id=\"page-4\"") < at("Limits</p>") && at("Limits</p>") < at("id=\"page-5\""));
    assert!(page.contains("/file#page=5") && !page.contains("&lt;!--"));
}

#[test]
fn a_lesson_does_not_say_which_option_is_right() {
    let html = learn("Limits").render().unwrap();
    assert!(!html.contains("REASON") && !html.contains("correct"));
}

#[test]
fn after_the_answer_every_option_has_its_reason() {
    let lesson = samples::lesson(1);
    let html = Reasons::new(&lesson.check_ins[0]).render().unwrap();
    for place in 0..4 {
        assert!(html.contains(&format!("REASON-{place}")));
    }
    assert!(html.contains("data-letter=\"B\" data-correct"));
    assert_eq!(html.matches("data-correct").count(), 1);
}

#[test]
fn progress_leads_to_the_lesson_of_a_weak_concept() {
    let page = ProgressPage::new(overview("Limits", &[false]), &visitor());
    let html = page.render().unwrap();
    let address = format!("/learn/{}#concept-1", samples::id(31));
    // In the list of weak areas and in the grid.
    assert_eq!(html.matches(&address).count(), 2);
    assert!(html.contains("0 % of 1 answer right"));
}

#[test]
fn progress_shows_concepts_of_documents_without_a_course() {
    let mut all = overview("Limits", &[true]);
    all.content_mastery.by_course.clear();
    let html = ProgressPage::new(all, &visitor()).render().unwrap();
    assert!(html.contains("Without a course"));
    let none = ProgressOverview::gather(&[], &[].into(), Vec::new(), StudyStats::default());
    assert!(
        ProgressPage::new(none, &visitor())
            .render()
            .unwrap()
            .contains("Nothing to show yet")
    );
}

#[tokio::test]
async fn only_somebody_who_is_signed_in_is_led_to_their_account() {
    let link = "href=\"/account\"";
    assert!(!courses("Limits").render().unwrap().contains(link));
    let inside = as_signed_in(async { courses("Limits").render().unwrap() }).await;
    assert!(inside.contains(link));
}

#[test]
fn this_browser_signs_out_by_its_own_button_and_others_by_theirs() {
    let html = account("Firefox/1 Linux").render().unwrap();
    let ends = |number| format!("/api/me/sessions/{}", samples::id(number));
    assert!(html.contains("this browser") && html.contains("Firefox on Linux"));
    assert!(!html.contains(&ends(1)) && html.contains(&ends(2)));
}

#[test]
fn a_failed_lesson_says_why_and_waits_for_the_student() {
    let mut page = WaitingPage::new(opened("Limits"), None);
    assert!(!page.render().unwrap().contains("data-failed"));
    page.failure = Some("This section is a picture.".into());
    let html = page.render().unwrap();
    assert!(html.contains("data-failed") && html.contains("This section is a picture."));
}

fn usage(name: &str) -> UsagePage {
    let totals = Totals {
        calls: 3,
        tokens_read: 3_000,
        tokens_written: 600,
        cost_micros: 12_500,
        unpriced_calls: 1,
        reused: 2,
        saved_tokens: 2_400,
        saved_micros: 20_000,
    };
    let since = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    UsagePage::new(MyUsage {
        today: Totals {
            calls: 1,
            unpriced_calls: 1,
            ..Totals::default()
        },
        month: totals,
        since,
        days: Vec::new(),
        models: vec![spending::Model {
            provider: "openai".into(),
            model: name.into(),
            task: "lesson".into(),
            totals,
        }],
        courses: vec![spending::OfCourse {
            course_id: Some(samples::id(1)),
            name: Some(name.into()),
            totals,
        }],
        lessons: vec![spending::OfLesson {
            document_id: Some(samples::id(20)),
            section_id: None,
            name: Some(name.into()),
            totals,
        }],
        budgets: vec![spending::OwnBudget {
            period: Period::Day,
            limit_micros: 50_000,
            spent_micros: 45_000,
            reserved_micros: 0,
            warning: true,
            ends_at: samples::moment(),
        }],
    })
}

#[test]
fn what_lessons_cost_is_shown_and_what_is_not_known_is_said_to_be_unknown() {
    let html = usage("gpt-4.1").render().unwrap();
    assert!(html.contains("<dd>unknown "), "{html}");
    assert!(html.contains("$0.0125 and 1 of unknown cost"), "{html}");
    assert!(html.contains("$0.02 <small>2400 tokens: 2 times"), "{html}");
    assert!(html.contains("Today $0.045 of $0.05 are spent"), "{html}");
}
