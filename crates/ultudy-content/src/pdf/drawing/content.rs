//! The shapes that a page's content draws.
//!
//! The PDF library's own `extract_paths` gives what clips hide, keeps every point, and draws
//! a form as often as it is named, however deep: thirty forms that each draw the next one
//! thirty times have no end. So its operators are followed here, within bounds.

use std::collections::{HashMap, HashSet};

use pdf_oxide::{
    content::{Matrix, Operator, parse_content_stream_paths_only},
    object::{Object, ObjectRef},
};

use super::{
    area::Area,
    shape::{Kind, Path, Shape},
};
use crate::pdf::Pdf;

/// Most bytes of content that are read for a page, those of its forms each time they are
/// drawn.
const BYTES_MAX: usize = 8 << 20;

/// Most forms drawn on a page, those in forms among them, and how deep in each other.
const FORMS_MAX: usize = 2_000;
const DEPTH_MAX: usize = 12;

/// Most shapes of a page, and most states kept for later.
const SHAPES_MAX: usize = 20_000;
const STATES_MAX: usize = 512;

/// From this on a colour is white, as the page is.
const WHITE: f32 = 0.98;

/// What a page draws.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// In order; none where they are more than any figure has.
    pub(crate) shapes: Vec<Shape>,
    /// Its forms are more than can be followed.
    pub(crate) is_endless: bool,
}

/// What the page with this index draws.
pub(super) fn content(pdf: &Pdf, index: usize, page: Area) -> Content {
    let mut walk = Walk {
        pdf,
        page,
        shapes: Vec::new(),
        bytes: 0,
        forms: 0,
        open: HashSet::new(),
        streams: HashMap::new(),
    };
    let Ok(content) = pdf.document.get_page_content_data(index) else {
        return Content::default();
    };
    let resources = pdf.document.get_page(index).ok().and_then(|page| {
        let resources = page.as_dict()?.get("Resources")?;
        pdf.resolve(resources)
    });
    let resources = resources.or_else(|| pdf.document.get_page_resources(index).ok());
    walk.draw(&content, resources.as_ref(), State::new(page));
    Content {
        is_endless: walk.forms > FORMS_MAX || walk.forms > 0 && walk.bytes > BYTES_MAX,
        shapes: if walk.is_full() {
            Vec::new()
        } else {
            walk.shapes
        },
    }
}

/// What of the graphics state tells whether and where something is seen.
#[derive(Debug, Clone, Copy)]
struct State {
    matrix: Matrix,
    clip: Area,
    stroke_is_white: bool,
    fill_is_white: bool,
}

impl State {
    fn new(page: Area) -> Self {
        Self {
            matrix: Matrix::identity(),
            clip: page,
            stroke_is_white: false,
            fill_is_white: false,
        }
    }

    fn point(&self, x: f32, y: f32) -> (f32, f32) {
        let point = self.matrix.transform_point(x, y);
        (point.x, point.y)
    }

    fn rectangle(&self, x: f32, y: f32, width: f32, height: f32) -> [(f32, f32); 4] {
        [
            self.point(x, y),
            self.point(x + width, y),
            self.point(x + width, y + height),
            self.point(x, y + height),
        ]
    }
}

struct Walk<'a> {
    pdf: &'a Pdf,
    page: Area,
    shapes: Vec<Shape>,
    bytes: usize,
    forms: usize,
    /// The forms being drawn.
    open: HashSet<ObjectRef>,
    streams: HashMap<ObjectRef, Option<Form>>,
}

/// A form, ready to be drawn.
#[derive(Clone)]
struct Form {
    content: std::rc::Rc<Vec<u8>>,
    matrix: Matrix,
    bounds: Option<[f32; 4]>,
    resources: Option<Object>,
}

/// How a path is painted.
#[derive(Clone, Copy)]
struct Paint {
    stroke: bool,
    fill: bool,
}

impl Walk<'_> {
    fn is_full(&self) -> bool {
        self.bytes > BYTES_MAX || self.forms > FORMS_MAX || self.shapes.len() > SHAPES_MAX
    }

    fn draw(&mut self, content: &[u8], resources: Option<&Object>, begin: State) {
        self.bytes = self.bytes.saturating_add(content.len());
        if self.is_full() {
            return;
        }
        let operators = parse_content_stream_paths_only(content).unwrap_or_default();
        let (mut state, mut saved) = (begin, Vec::new());
        let mut path = Path::default();
        let mut clips = false;
        for operator in operators {
            if self.is_full() {
                return;
            }
            if let Some(paint) = paint(&operator) {
                self.paint(&path, &state, paint);
                let clipped = std::mem::take(&mut clips);
                if let Some(area) = path.area().filter(|_| clipped) {
                    state.clip = state.clip.common(&area).unwrap_or(Area::NOTHING);
                }
                path = Path::default();
                continue;
            }
            match operator {
                Operator::SaveState if saved.len() < STATES_MAX => saved.push(state),
                Operator::RestoreState => state = saved.pop().unwrap_or(state),
                Operator::Cm { a, b, c, d, e, f } => {
                    state.matrix = Matrix { a, b, c, d, e, f }.multiply(&state.matrix);
                }
                Operator::ClipNonZero | Operator::ClipEvenOdd => clips = true,
                Operator::Do { name } => self.draw_object(&name, resources, &state),
                operator => {
                    build(&mut path, &state, &operator);
                    colour(&mut state, &operator);
                }
            }
        }
    }

    fn paint(&mut self, path: &Path, state: &State, paint: Paint) {
        let seen = paint.stroke && !state.stroke_is_white || paint.fill && !state.fill_is_white;
        if seen {
            path.shapes().for_each(|shape| self.show(shape, state));
        }
    }

    fn show(&mut self, shape: Shape, state: &State) {
        let seen = shape.area.common(&state.clip);
        let seen = seen.and_then(|area| area.common(&self.page));
        if let Some(area) = seen.filter(Area::is_finite) {
            self.shapes.push(Shape { area, ..shape });
        }
    }

    fn draw_object(&mut self, name: &str, resources: Option<&Object>, state: &State) {
        let object = || {
            let objects = self.pdf.resolve(resources?.as_dict()?.get("XObject")?)?;
            objects.as_dict()?.get(name)?.as_reference()
        };
        let Some(reference) = object() else {
            return;
        };
        self.forms += 1;
        if self.open.len() >= DEPTH_MAX || self.open.contains(&reference) {
            return;
        }
        let Some(form) = self.form(reference) else {
            let unit = state.rectangle(0.0, 0.0, 1.0, 1.0);
            let kind = Kind::Image;
            let area = Area::around(&unit);
            self.show(Shape { kind, area }, state);
            return;
        };
        let mut inner = *state;
        inner.matrix = form.matrix.multiply(&state.matrix);
        if let Some([left, bottom, right, top]) = form.bounds {
            let corners = inner.rectangle(left, bottom, right - left, top - bottom);
            let bounds = Area::around(&corners);
            inner.clip = inner.clip.common(&bounds).unwrap_or(Area::NOTHING);
        }
        self.open.insert(reference);
        let own = form.resources.as_ref().or(resources);
        self.draw(&form.content, own, inner);
        self.open.remove(&reference);
    }

    /// The form behind a reference; `None` for an image.
    fn form(&mut self, reference: ObjectRef) -> Option<Form> {
        if let Some(known) = self.streams.get(&reference) {
            return known.clone();
        }
        let form = self.read_form(reference);
        self.streams.insert(reference, form.clone());
        form
    }

    fn read_form(&self, reference: ObjectRef) -> Option<Form> {
        let object = self.pdf.resolve(&Object::Reference(reference))?;
        let dict = object.as_dict()?;
        if dict.get("Subtype").and_then(Object::as_name) != Some("Form") {
            return None;
        }
        let matrix = numbers::<6>(dict.get("Matrix"));
        let [a, b, c, d, e, f] = matrix.unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        // The library decrypts only what it reads itself: of an encrypted form nothing shows.
        let content = if self.pdf.document.is_encrypted() {
            Vec::new()
        } else {
            object.decode_stream_data().unwrap_or_default()
        };
        Some(Form {
            content: content.into(),
            matrix: Matrix { a, b, c, d, e, f },
            bounds: numbers::<4>(dict.get("BBox")),
            resources: dict.get("Resources").and_then(|own| self.pdf.resolve(own)),
        })
    }
}

/// So many numbers from an array.
fn numbers<const COUNT: usize>(object: Option<&Object>) -> Option<[f32; COUNT]> {
    let array = object?.as_array()?;
    let number = |object: &Object| {
        let whole = || object.as_integer().map(|whole| whole as f32);
        object.as_real().map(|real| real as f32).or_else(whole)
    };
    let numbers: Vec<f32> = array.iter().map_while(number).collect();
    numbers.get(..COUNT)?.try_into().ok()
}

fn paint(operator: &Operator) -> Option<Paint> {
    let (stroke, fill) = match operator {
        Operator::Stroke => (true, false),
        Operator::Fill | Operator::FillEvenOdd => (false, true),
        Operator::FillStroke
        | Operator::FillStrokeEvenOdd
        | Operator::CloseFillStroke
        | Operator::CloseFillStrokeEvenOdd => (true, true),
        Operator::EndPath => (false, false),
        _ => return None,
    };
    Some(Paint { stroke, fill })
}

fn build(path: &mut Path, state: &State, operator: &Operator) {
    let at = |x, y| state.point(x, y);
    match *operator {
        Operator::MoveTo { x, y } => path.begin(at(x, y), SHAPES_MAX + 1),
        Operator::LineTo { x, y } => path.line(at(x, y)),
        Operator::ClosePath => path.close(),
        Operator::CurveTo {
            x1,
            y1,
            x2,
            y2,
            x3,
            y3,
        } => path.curve(&[at(x1, y1), at(x2, y2), at(x3, y3)]),
        Operator::CurveToV { x2, y2, x3, y3 } => path.curve(&[at(x2, y2), at(x3, y3)]),
        Operator::CurveToY { x1, y1, x3, y3 } => path.curve(&[at(x1, y1), at(x3, y3)]),
        Operator::Rectangle {
            x,
            y,
            width,
            height,
        } => {
            let [first, others @ ..] = state.rectangle(x, y, width, height);
            path.begin(first, SHAPES_MAX + 1);
            others.iter().for_each(|corner| path.line(*corner));
        }
        _ => {}
    }
}

fn colour(state: &mut State, operator: &Operator) {
    match *operator {
        Operator::SetStrokeGray { gray } => state.stroke_is_white = gray >= WHITE,
        Operator::SetFillGray { gray } => state.fill_is_white = gray >= WHITE,
        Operator::SetStrokeRgb { r, g, b } => state.stroke_is_white = r.min(g).min(b) >= WHITE,
        Operator::SetFillRgb { r, g, b } => state.fill_is_white = r.min(g).min(b) >= WHITE,
        Operator::SetStrokeCmyk { c, m, y, k } => {
            state.stroke_is_white = c.max(m).max(y).max(k) <= 1.0 - WHITE;
        }
        Operator::SetFillCmyk { c, m, y, k } => {
            state.fill_is_white = c.max(m).max(y).max(k) <= 1.0 - WHITE;
        }
        _ => {}
    }
}
