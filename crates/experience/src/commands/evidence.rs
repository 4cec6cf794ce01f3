use domain::{DocumentId, Format, Place};
use serde::Deserialize;

use super::{Access, Command, MAIN, Window, files};
use crate::marks::{self, PageMarks};
use crate::view::{self, DocumentView, Shape};
use crate::{Copilot, Failure};

/// Shows a document around a place.
pub struct View;

/// A document and where to look in it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct ViewRequest {
    /// The document.
    pub document: DocumentId,
    /// What to show; the beginning if absent.
    pub place: Option<Place>,
    /// The passage that is looked for, where the format has no finer place than the whole document.
    pub passage: Option<String>,
}

impl Command for View {
    const NAME: &'static str = "document_view";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ViewRequest;
    type Response = DocumentView;

    async fn run(copilot: &Copilot, request: ViewRequest) -> Result<DocumentView, Failure> {
        let facts = files::file(copilot, request.document).await?;
        let today = (copilot.today)();
        // Pages of a PDF are drawn from its bytes, so that its text is not needed here.
        if Shape::of(facts.format) == Shape::Pdf {
            return Ok(DocumentView::bare(&facts, today));
        }
        let (reading, _) = copilot.library.extract(&facts.path).await;
        if let Some(reason) = reading.reason {
            return Err(Failure::environment(
                format!("`{}` can't be shown: {reason}", facts.file),
                "Open it in its own program.",
            ));
        }
        let record = match &facts.source.system {
            Some(system) => copilot.connections.record_place(system, &facts.file).await,
            None => None,
        };
        let bare = DocumentView {
            record,
            ..DocumentView::bare(&facts, today)
        };
        Ok(view::window(
            bare,
            reading.document,
            request.place.as_ref(),
            request.passage.as_deref(),
        ))
    }
}

/// Tells where the words of a citation stand on a page of a PDF.
pub struct Marks;

/// Words on a page.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct MarksRequest {
    /// The document.
    pub document: DocumentId,
    /// The page, counted from 1.
    pub page: u32,
    /// The words to mark.
    pub quote: String,
    /// The passage they are from, which tells which of several equal places is meant.
    pub passage: Option<String>,
}

impl Command for Marks {
    const NAME: &'static str = "page_marks";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = MarksRequest;
    type Response = PageMarks;

    async fn run(copilot: &Copilot, request: MarksRequest) -> Result<PageMarks, Failure> {
        let facts = files::file(copilot, request.document).await?;
        if facts.format != Some(Format::Pdf) {
            return Err(Failure::user(
                format!("`{}` has no pages to mark words on.", facts.file),
                "Only pages of PDF files have.",
            ));
        }
        let page = request.page;
        let boxes = copilot.library.boxes(&facts.path, page).await.map_err(|stop| {
            Failure::environment(
                format!("Page {page} of `{}` can't be marked: {}", facts.file, stop.reason),
                "The page is shown without marks.",
            )
        })?;
        Ok(marks::find(
            page,
            &boxes,
            &request.quote,
            request.passage.as_deref(),
        ))
    }
}
