//! All that is the owner's, to take away. It is written while it is read, a page at a time and never further than the
//! reader has come: nothing is gathered, and no connection or snapshot is held between two pages. What changes
//! meanwhile may therefore be there or not.
//!
//! Every record begins a line with a space, in both formats, so that whoever reads can count how far it is.

mod fhir;
mod json;
mod sections;

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, crisis_plan, notification_settings, owners_life, profile, review_prompts};
use crate::call;
use crate::state::App;
use bytes::Bytes;
use domain::access::AccessAction;
use domain::policy::{InRelationship, OnOwn, Permit};
use domain::words::Language;
use futures::stream::{self, BoxStream, StreamExt as _};
use mobile_contract::crisis_plan::PlanOut;
use mobile_contract::export::{ExportAccountOut, ExportCountOut, ExportFormat, ExportSection, ExportSummaryOut};
use mobile_contract::problem::ProblemCode;
use sections::{At, Source};
use std::io;
use std::sync::Arc;
use storage::audit::{self, Access};
use storage::relationships::Related;
use storage::{Authorized, StorageError, export, relationships};

/// An export that has begun.
pub struct Export {
    /// How many records were counted beforehand.
    pub records: u64,
    /// It ends with an error, and without its last member, where a page could not be read.
    pub stream: BoxStream<'static, io::Result<Bytes>>,
}

/// What stands before the lists.
struct Head {
    summary: ExportSummaryOut,
    account: ExportAccountOut,
    plan: PlanOut,
}

/// How it is written.
enum Form {
    Json(json::Writer),
    Fhir(fhir::Bundle),
}

/// How much there is to take away.
pub async fn summary(app: &App, caller: Caller) -> Answer<ExportSummaryOut> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    counted(app, permit, &pairs(app, caller).await?, ExportFormat::Json).await
}

/// Begins an export. That she took it stands in her access log before the first byte is given.
pub async fn begin(app: &Arc<App>, caller: Caller, format: ExportFormat) -> Answer<Export> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    app.limits
        .export(&permit.account().to_string())
        .map_err(|wait| Refusal { retry_after: Some(wait), ..Refusal::new(ProblemCode::TooManyRequests) })?;
    write_down(app, permit, format).await?;
    let pairs = pairs(app, caller).await?;
    let head = Head {
        summary: counted(app, permit, &pairs, format).await?,
        account: account(app, caller).await?,
        plan: crisis_plan::get(app, caller).await?,
    };
    let mut first = String::new();
    let form = match format {
        ExportFormat::Json => Form::Json(json::Writer::begin(&mut first, &head, app.now())),
        ExportFormat::Fhir => Form::Fhir(fhir::Bundle::begin(&mut first, &head, app.now())),
    };
    let records = head.summary.records;
    let reading = Reading {
        source: Source { app: Arc::clone(app), caller, pairs: pairs.iter().map(|pair| pair.view.id).collect() },
        language: call::language(),
        form,
        sections: sections_of(format),
        at: None,
        ended: false,
    };
    let rest = stream::try_unfold(reading, |mut reading| async move {
        let next = reading.next().await?;
        Ok(next.map(|bytes| (bytes, reading)))
    });
    let first = stream::once(async move { Ok(Bytes::from(first)) });
    Ok(Export { records, stream: first.chain(rest).boxed() })
}

async fn write_down(app: &App, permit: Permit, format: ExportFormat) -> Answer<()> {
    let access = Access {
        owner: permit.account(),
        action: AccessAction::Export,
        subject: format.as_str().to_owned(),
        via: None,
    };
    let tx = app.store.write().await?;
    audit::record(&tx, permit, access, app.now()).await?;
    Ok(tx.commit().await?)
}

/// The relationships whose threads she reads: all but invitations.
async fn pairs(app: &App, caller: Caller) -> Answer<Vec<Authorized<Related>>> {
    let all = relationships::of_account(app.store.read(), caller.actor.account, app.now()).await?;
    let read = |related| match relationships::authorize(caller.actor, InRelationship::ReadThread, related) {
        Ok(pair) => Some(Ok(pair)),
        Err(StorageError::Hidden) => None,
        Err(error) => Some(Err(error)),
    };
    Ok(all.into_iter().filter_map(read).collect::<Result<_, _>>()?)
}

async fn account(app: &App, caller: Caller) -> Answer<ExportAccountOut> {
    Ok(ExportAccountOut {
        me: profile::get(app, caller).await?,
        quiet_hours: owners_life::get_quiet_hours(app, caller).await?,
        pause: owners_life::get_pause(app, caller).await?,
        hospital: owners_life::get_hospital(app, caller).await?,
        notification_settings: notification_settings::get(app, caller).await?,
        review_prompts: review_prompts::get(app, caller).await?,
    })
}

fn sections_of(format: ExportFormat) -> Vec<ExportSection> {
    let taken = |section: &ExportSection| format == ExportFormat::Json || fhir::takes(*section);
    let mut all: Vec<ExportSection> = ExportSection::ALL.iter().copied().filter(taken).collect();
    all.reverse();
    all
}

async fn counted(
    app: &App,
    permit: Permit,
    pairs: &[Authorized<Related>],
    format: ExportFormat,
) -> Answer<ExportSummaryOut> {
    let db = app.store.read();
    let counts = export::counts(db, permit, pairs, app.now()).await?;
    let related = relationships::count(db, permit).await?;
    let mut sections = Vec::new();
    for section in sections_of(format).into_iter().rev() {
        sections.push(ExportCountOut { section, records: sections::count(section, &counts, related) });
    }
    Ok(ExportSummaryOut { records: sections.iter().map(|part| part.records).sum(), sections })
}

/// An export on its way.
struct Reading {
    source: Source,
    language: Language,
    form: Form,
    /// Those still to come, the next one last.
    sections: Vec<ExportSection>,
    at: Option<(ExportSection, At)>,
    ended: bool,
}

impl Reading {
    /// The next bytes; none after the last.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut out = String::new();
        while out.is_empty() {
            if self.ended {
                return Ok(None);
            }
            match self.at.take() {
                Some((section, at)) => self.page(&mut out, section, &at).await?,
                None => match self.sections.pop() {
                    Some(section) => {
                        self.form.open(&mut out, section);
                        self.at = Some((section, At::default()));
                    }
                    None => {
                        self.form.end(&mut out);
                        self.ended = true;
                    }
                },
            }
        }
        Ok(Some(Bytes::from(out)))
    }

    /// A database that says nothing ends the stream as it would end any other call.
    async fn page(&mut self, out: &mut String, section: ExportSection, at: &At) -> io::Result<()> {
        let (source, form) = (&self.source, &mut self.form);
        let read = call::within(Some(self.language), self.language, async {
            let (records, next) = sections::page(source, section, at).await?;
            form.write(out, source, &records).await?;
            Answer::Ok(next)
        });
        let next = match tokio::time::timeout(self.source.app.settings.deadline, read).await {
            Ok(Ok(next)) => next,
            Ok(Err(refusal)) => return Err(broken(section, refusal.code.as_str())),
            Err(_) => return Err(broken(section, ProblemCode::Unavailable.as_str())),
        };
        match next {
            Some(at) => self.at = Some((section, at)),
            None => self.form.close(out),
        }
        Ok(())
    }
}

/// The answer has begun, so that no problem can be told any more: it is cut off, which every reader notices.
fn broken(section: ExportSection, code: &'static str) -> io::Error {
    tracing::warn!(section = section.as_str(), code, "export.broken");
    io::Error::other("the export could not be read to its end")
}

impl Form {
    fn open(&mut self, out: &mut String, section: ExportSection) {
        if let Self::Json(writer) = self {
            writer.open(out, section);
        }
    }

    async fn write(&mut self, out: &mut String, source: &Source, records: &[sections::Record]) -> Answer<()> {
        match self {
            Self::Json(writer) => records.iter().for_each(|record| writer.record(out, record)),
            Self::Fhir(bundle) => {
                let beside = fhir::Beside::read(source, records).await?;
                records.iter().for_each(|record| bundle.record(out, record, &beside));
            }
        }
        Ok(())
    }

    fn close(&mut self, out: &mut String) {
        if let Self::Json(writer) = self {
            writer.close(out);
        }
    }

    fn end(&self, out: &mut String) {
        out.push_str(match self {
            Self::Json(_) => json::END,
            Self::Fhir(_) => fhir::END,
        });
    }
}
