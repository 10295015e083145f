//! The sample course, which comes with the program.

use ultudy_app::sample::Sample;

/// Its one document is made from sample/course.html.
pub const SAMPLE: Sample = Sample {
    course: "Sample course",
    title: "How computers learn from data",
    file_name: "course.pdf",
    pdf: include_bytes!("../../../sample/course.pdf"),
};
