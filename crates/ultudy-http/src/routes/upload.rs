//! `POST /upload/pdf-structured`

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use ultudy_app::{
    App, Error,
    blobs::Incoming,
    documents::{
        under_way::Arriving,
        upload::{self, UploadFields},
    },
    limits::{Place, Standing},
};
use ultudy_domain::job::Job;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    crawl::{self, GivenUp, Shared, Unread},
    error::{ApiError, Problems},
};

/// Longest text field beside the file, in bytes.
const TEXT_MAX: usize = 64 << 10;
/// Most parts of a form. With [`TEXT_MAX`] it is over soon after the file, however slowly it comes.
const PARTS_MAX: usize = 16;
/// What a form may hold beside the file, in bytes.
const FORM_ALLOWANCE: u64 = 1 << 20;
/// How long a refused form is still read, and thrown away: a sender that is cut off while
/// it sends sees a broken connection instead of the reason.
const DRAIN: Duration = Duration::from_secs(10);

/// What is said of a file that was given up.
const CRAWLED: &str =
    "The file arrived too slowly and was given up. Please try again over a better connection.";

/// The form.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub struct UploadForm {
    /// The PDF.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Course; blank is none.
    course_id: Option<String>,
    /// Chapter; blank is none.
    chapter: Option<String>,
    /// `textbook`, `lecture`, `tutorial` or `exam`.
    material_type: Option<String>,
    /// Title; blank takes the file's name.
    title: Option<String>,
}

/// The document to be, and the job that reads it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Accepted {
    job_id: Uuid,
    document_id: Option<String>,
    status: &'static str,
    message: &'static str,
}

/// Takes a PDF and starts to read it.
#[utoipa::path(post, path = "/api/upload/pdf-structured", tag = "documents",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Accepted, headers(
        ("X-RateLimit-Limit" = u32, description = "Most within a minute"),
        ("X-RateLimit-Remaining" = u32, description = "How many more are allowed now"),
        ("X-RateLimit-Reset" = u64, description = "When one more will be, in Unix seconds"),
    )), Problems))]
pub async fn pdf_structured(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    request: Request,
) -> Result<(Option<Extension<Standing>>, Json<Accepted>), ApiError> {
    let (mut place, _arriving) = match admit(&state.app, &owner, request.headers()).await {
        Ok(admitted) => admitted,
        Err(refusal) => {
            drain(Shared::of(request.into_body())).await;
            return Err(refusal);
        }
    };
    let job = match take(&state, &owner, request, &mut place).await {
        Ok(job) => job,
        Err(refusal) => {
            place.give_back().await;
            return Err(refusal);
        }
    };
    let document_id = job.data["document_id"].as_str().map(str::to_owned);
    let message = "The file has arrived and is being read.";
    let accepted = Accepted {
        job_id: job.id,
        document_id,
        status: "queued",
        message,
    };
    Ok((place.keep().map(Extension), Json(accepted)))
}

/// What can be told before the body comes.
async fn admit(app: &App, owner: &str, headers: &HeaderMap) -> Result<(Place, Arriving), ApiError> {
    refuse_announced_excess(app, headers)?;
    Ok(upload::admit(app, owner).await?)
}

async fn take(
    state: &HttpState,
    owner: &str,
    request: Request,
    place: &mut Place,
) -> Result<Job, ApiError> {
    let read = async |form: &mut Multipart, unread: &Unread| read(&state.app, form, unread).await;
    let (incoming, fields) = received(request, read).await?;
    let incoming = incoming.ok_or_else(|| ApiError::field("file", "is missing"))?;
    Ok(upload::accept(&state.app, owner, incoming, &fields, place).await?)
}

/// What is read of a form that arrives fast enough. What is wrong with it is told as it was found: the
/// rest, which is only thrown away, may come as slowly as it likes. It is no form any more: nothing
/// of it is looked at or kept.
async fn received<T>(
    request: Request,
    read: impl AsyncFnOnce(&mut Multipart, &Unread) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let (given_up, unread) = (GivenUp::default(), Unread::default());
    let (parts, body) = request.into_parts();
    let body = Shared::of(body);
    let kept = crawl::kept(body.clone(), &given_up, &unread);
    let outcome = async {
        let form = Multipart::from_request(Request::from_parts(parts, kept), &()).await;
        let mut form = form.map_err(|rejection| {
            let message = format!("The form cannot be read: {rejection}.");
            ApiError::new(StatusCode::BAD_REQUEST, message)
        })?;
        read(&mut form, &unread).await
    };
    match outcome.await {
        Err(_) if given_up.is_so() => Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, CRAWLED)),
        Err(refusal) if unread.is_too_much() => Err(refusal),
        Err(refusal) => {
            drain(body).await;
            Err(refusal)
        }
        read => read,
    }
}

fn refuse_announced_excess(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let limit_bytes = app.upload_bytes_max;
    if length.is_some_and(|length| length > limit_bytes.saturating_add(FORM_ALLOWANCE)) {
        return Err(Error::TooLarge { limit_bytes }.into());
    }
    Ok(())
}

async fn drain(mut rest: Shared) {
    let all = async { while let Some(Ok(_)) = rest.next().await {} };
    // Whether the rest came in time is the sender's concern.
    let _ = tokio::time::timeout(DRAIN, all).await;
}

async fn read(
    app: &App,
    form: &mut Multipart,
    unread: &Unread,
) -> Result<(Option<Incoming>, UploadFields), ApiError> {
    let (mut incoming, mut fields) = (None, UploadFields::default());
    let mut parts = 0..PARTS_MAX;
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        unread.is_read();
        if parts.next().is_none() {
            let most = format!("must have at most {PARTS_MAX} fields");
            return Err(ApiError::field("body", most));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if incoming.is_some() {
                return Err(ApiError::field("file", "must be sent once"));
            }
            fields.file_name = field.file_name().unwrap_or_default().to_owned();
            let file = field.inspect(|_| unread.is_read());
            incoming = Some(upload::receive(app, file).await?);
        } else {
            let text = text(&name, field.inspect(|_| unread.is_read())).await?;
            set(&mut fields, &name, text)?;
        }
    }
    Ok((incoming, fields))
}

async fn text(
    name: &str,
    mut field: impl Stream<Item = Result<Bytes, MultipartError>> + Unpin,
) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| broken(&error))?);
        if bytes.len() > TEXT_MAX {
            return Err(ApiError::field(name, "is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::field(name, "must be UTF-8 text"))
}

fn set(fields: &mut UploadFields, name: &str, value: String) -> Result<(), ApiError> {
    match name {
        "title" => fields.title = Some(value),
        "chapter" => fields.chapter = Some(value),
        "material_type" => fields.material_type = Some(value),
        "course_id" if value.trim().is_empty() => fields.course_id = None,
        "course_id" => {
            let id = value
                .trim()
                .parse()
                .map_err(|_| ApiError::field(name, "must be a UUID"))?;
            fields.course_id = Some(id);
        }
        _ => {} // Fields of other versions of the form are not our concern.
    }
    Ok(())
}

fn broken(error: &MultipartError) -> ApiError {
    ApiError::field(
        "body",
        format!("is not a whole multipart form: {}", error.body_text()),
    )
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::pending, task::Poll};

    use axum::{body::Body, response::IntoResponse as _};
    use futures_util::stream;

    use super::*;

    const BEGINNING: &str = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nno PDF";

    /// A form that begins so late, and never ends.
    fn crawling(late: Duration) -> Request {
        let beginning = stream::once(async move {
            tokio::time::sleep(late).await;
            Ok::<_, Infallible>(Bytes::from_static(BEGINNING.as_bytes()))
        });
        let body = Body::from_stream(beginning.chain(stream::once(pending())));
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=x");
        request.body(body).expect("a request")
    }

    /// The answer to who sends no PDF, of which so many bytes are enough to tell.
    async fn answer(request: Request, enough: usize) -> StatusCode {
        let read = received(request, async |form, _| {
            let field = form.next_field().await.map_err(|error| broken(&error))?;
            let mut field = field.ok_or_else(|| ApiError::field("file", "is missing"))?;
            let mut seen = 0;
            while seen < enough {
                let chunk = field.chunk().await.map_err(|error| broken(&error))?;
                seen += chunk.map_or(enough, |chunk| chunk.len());
            }
            Err::<(), _>(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no PDF"))
        });
        let refusal = read.await.expect_err("it is none");
        refusal.into_response().status()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_with_a_form_is_told_though_its_rest_crawls() {
        let (soon, late) = (Duration::ZERO, Duration::from_secs(55));
        for begins in [soon, late] {
            let told = answer(crawling(begins), 6).await;
            assert_eq!(told, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{begins:?}");
            let told = answer(crawling(begins), 7).await;
            assert_eq!(told, StatusCode::REQUEST_TIMEOUT, "{begins:?}");
        }
    }

    /// A form that is not there yet when it is first looked for, and then there as a whole.
    #[tokio::test]
    async fn a_form_that_comes_all_at_once_is_read() {
        let form = format!("{BEGINNING}\r\n--x--\r\n");
        let mut comes = [None, Some(Some(form)), Some(None)].into_iter();
        let body = stream::poll_fn(move |context| match comes.next().flatten() {
            Some(form) => Poll::Ready(form.map(Ok::<_, Infallible>)),
            None => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        });
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=x");
        let request = request.body(Body::from_stream(body)).expect("a request");
        let read = received(request, async |form, _| {
            let field = form.next_field().await.map_err(|error| broken(&error))?;
            let field = field.ok_or_else(|| ApiError::field("file", "is missing"))?;
            field.bytes().await.map_err(|error| broken(&error))
        });
        assert_eq!(read.await.expect("it is whole"), "no PDF");
    }

    /// A file of 8 MiB that is refused after a few bytes, and whether all of it was read before the answer.
    #[tokio::test]
    async fn the_rest_of_a_refused_form_is_read_to_its_end_however_it_is_made() {
        let file = [BEGINNING.as_bytes(), &[b' '; 8 << 20], b"\r\n--x--\r\n"].concat();
        let header = [BEGINNING.as_bytes(), b"\r\n--x\r\nX: ", &[b'a'; 8 << 20]].concat();
        for (form, what) in [(file, "a file"), (header, "a header without an end")] {
            let left = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(form.len()));
            let counted = left.clone();
            let pieces: Vec<_> = form.chunks(64 << 10).map(Bytes::copy_from_slice).collect();
            let body = stream::iter(pieces).map(move |piece| {
                counted.fetch_sub(piece.len(), std::sync::atomic::Ordering::Relaxed);
                Ok::<_, Infallible>(piece)
            });
            let request = Request::post("/")
                .header("content-type", "multipart/form-data; boundary=x")
                .body(Body::from_stream(body))
                .expect("a request");
            let told = answer(request, 6).await;
            assert_eq!(told, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{what}");
            assert_eq!(left.load(std::sync::atomic::Ordering::Relaxed), 0, "{what}");
        }
    }

    /// A header is kept until it is whole.
    #[tokio::test]
    async fn a_part_whose_header_never_ends_is_refused_before_it_fills_the_memory() {
        let beginning = stream::iter([Bytes::from_static(b"--x\r\nContent-Disposition: ")]);
        let pieces = std::sync::atomic::AtomicUsize::new(0);
        let pieces = std::sync::Arc::new(pieces);
        let counted = pieces.clone();
        let header = stream::repeat(Bytes::from_static(&[b'a'; 64 << 10])).take(1_000);
        let header = header.inspect(move |_| {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        let body = beginning.chain(header).map(Ok::<_, Infallible>);
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=x");
        let request = request.body(Body::from_stream(body)).expect("a request");
        let read = received(request, async |form, _| {
            form.next_field().await.map_err(|error| broken(&error))?;
            Ok(())
        });
        let refusal = read.await.expect_err("it is none");
        assert_eq!(refusal.into_response().status(), StatusCode::BAD_REQUEST);
        assert!(pieces.load(std::sync::atomic::Ordering::Relaxed) < 20);
    }
}
