//! What a line looks like.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{DefaultFields, Format, Full, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};
use ultudy_http::{access, request_id};

/// As everybody's lines are, but that access lines, of which there is one for each answer, are
/// written with less ado.
#[derive(Default)]
pub struct Line(Format<Full>);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() != access::TARGET || writer.has_ansi_escapes() {
            return self.0.format_event(context, writer, event);
        }
        SystemTime.format_time(&mut writer)?;
        writer.write_str("  INFO ")?;
        writer.write_str(access::TARGET)?;
        writer.write_char(':')?;
        let mut fields = Plain {
            writer: writer.by_ref(),
            written: Ok(()),
        };
        event.record(&mut fields);
        fields.written?;
        writer.write_char('\n')
    }
}

/// Fields as ` name=value`.
struct Plain<'a> {
    writer: Writer<'a>,
    written: fmt::Result,
}

impl Plain<'_> {
    fn write(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = (|| {
                self.writer.write_char(' ')?;
                self.writer.write_str(field.name())?;
                self.writer.write_char('=')?;
                self.writer.write_fmt(value)
            })();
        }
    }
}

impl Visit for Plain<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, format_args!("{value:?}"));
    }
}

/// Fields, and the id of the request that they belong to.
pub struct WithRequest;

impl<'a> FormatFields<'a> for WithRequest {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'a>, fields: R) -> fmt::Result {
        DefaultFields::new().format_fields(writer.by_ref(), fields)?;
        let mut told = Ok(());
        request_id::current(|id| told = write!(writer, " request_id={id}"));
        told
    }
}
