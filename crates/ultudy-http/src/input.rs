//! What comes from outside, read so that a mistake is answered with its field and reason.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request, rejection::BytesRejection},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use ultudy_app::Page;
use uuid::Uuid;

use crate::error::ApiError;

/// The id in the path.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let refused = || ApiError::field("id", "must be a UUID");
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| refused())?;
        text.parse().map(Id).map_err(|_| refused())
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| ApiError::field("body", format!("must be JSON: {error}")))?;
        if !value.is_object() {
            return Err(ApiError::field("body", "must be a JSON object"));
        }
        refuse_nul("body", &value)?;
        serde_path_to_error::deserialize(value)
            .map(Body)
            .map_err(|error| untaken("body", &error))
    }
}

fn unread(rejection: BytesRejection) -> ApiError {
    use axum::response::IntoResponse;
    let message = rejection.body_text();
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request is larger than 1 MB.",
        ),
        _ => ApiError::field("body", message),
    }
}

/// No database keeps a NUL character in a text; refused here for every field at once.
fn refuse_nul(name: &str, value: &Value) -> Result<(), ApiError> {
    match value {
        Value::String(text) if text.contains('\0') => {
            Err(ApiError::field(name, "must not contain a NUL character"))
        }
        Value::Array(items) => items.iter().try_for_each(|item| refuse_nul(name, item)),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(field, value)| refuse_nul(field, value)),
        _ => Ok(()),
    }
}

/// The query.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let mut has_blanks = false;
        for (name, value) in form_pairs(query) {
            if value.contains('\0') {
                return Err(ApiError::field(name, "must not contain a NUL character"));
            }
            has_blanks |= value.is_empty();
        }
        // A blank parameter is an absent one: forms send every field.
        let filled = has_blanks.then(|| {
            let filled = form_pairs(query).filter(|(_, value)| !value.is_empty());
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(filled)
                .finish()
        });
        let query = filled.as_deref().unwrap_or(query);
        let parsed = serde_urlencoded::Deserializer::new(form_pairs(query));
        serde_path_to_error::deserialize(parsed)
            .map(Params)
            .map_err(|error| untaken("query", &error))
    }
}

/// The field that could not be read and why; `whole` when it is none of its fields.
fn untaken(whole: &str, error: &serde_path_to_error::Error<impl std::fmt::Display>) -> ApiError {
    let (path, reason) = (error.path().to_string(), error.inner().to_string());
    let missing = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match (missing, path.as_str()) {
        (Some(field), ".") => ApiError::field(field, "is missing"),
        (Some(field), path) => ApiError::field(format!("{path}.{field}"), "is missing"),
        (None, ".") => ApiError::field(whole, reason),
        (None, path) => ApiError::field(path, reason),
    }
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// `limit` and `cursor` of a list.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Most rows; 1,000 if absent.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Uuid>,
}

impl PageParams {
    /// The page asked for.
    pub fn page(self) -> Result<Page, ApiError> {
        match self.limit {
            None => Ok(Page {
                after: self.cursor,
                ..Page::ALL
            }),
            Some(limit) if (1..=Page::ALL.limit).contains(&limit) => Ok(Page {
                limit,
                after: self.cursor,
            }),
            Some(_) => Err(ApiError::field("limit", "must be between 1 and 1000")),
        }
    }
}

/// The cursor of the next page: the last row's id if the page is full.
pub fn next_cursor<T>(page: Page, rows: &[T], id: impl Fn(&T) -> Uuid) -> Option<Uuid> {
    (rows.len() >= page.limit as usize)
        .then(|| rows.last().map(id))
        .flatten()
}

/// Tells an absent field (`None`) from one that is null (`Some(None)`).
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// An id that forms send as `""` when there is none.
pub fn blank_is_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(id) => id
            .parse()
            .map(Some)
            .map_err(|_| serde::de::Error::custom("must be a UUID")),
    }
}

/// A language that lessons can be in; none of an absent or blank tag.
///
/// # Errors
/// Another tag, as a refusal of the field `language`.
pub fn language(tag: Option<&str>) -> Result<Option<&'static str>, ApiError> {
    let Some(tag) = tag.filter(|tag| !tag.trim().is_empty()) else {
        return Ok(None);
    };
    let choice = ultudy_domain::language::choice(tag).map(Some);
    choice.ok_or_else(|| {
        let choices = ultudy_domain::language::CHOICES.join(", ");
        ApiError::field("language", format!("must be one of {choices}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_however_deep_and_its_field_named() {
        let value = serde_json::json!({"a": [{"b": "x\u{0}y"}]});
        let error = refuse_nul("body", &value).err();
        assert!(error.is_some_and(|error| error.message().starts_with("b ")));
    }

    #[test]
    fn a_full_page_has_a_next_one() {
        let page = Page {
            limit: 1,
            after: None,
        };
        assert_eq!(
            next_cursor(page, &[Uuid::nil()], |id| *id),
            Some(Uuid::nil())
        );
        assert_eq!(next_cursor(Page::ALL, &[Uuid::nil()], |id| *id), None);
    }
}
