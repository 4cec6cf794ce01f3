use std::collections::HashMap;

use domain::{ConversationId, DocumentId, TurnId};
use orchestration::{Ask, AskEvent};
use retrieval::search::{Filter, Found, Query};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Access, Cache, Command, MAIN, NONE, Nothing, Window};
use crate::conversation::{Conversation, ConversationSummary, TurnState, title_of};
use crate::wire::Answered;
use crate::{Copilot, Failure, activity, answers};

/// Longest question, in characters.
const LONGEST: usize = 10_000;

/// Searches.
pub struct Search;

/// What a search found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SearchResponse {
    /// Best first.
    pub results: Vec<retrieval::search::Hit>,
    /// What a person should know about it.
    pub notices: Vec<String>,
}

impl Command for Search {
    const NAME: &'static str = "search";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Query;
    type Response = SearchResponse;

    async fn run(copilot: &Copilot, request: Query) -> Result<SearchResponse, Failure> {
        let Found { hits, notices } = copilot.library.search(&request).await?;
        Ok(SearchResponse {
            results: hits,
            notices,
        })
    }
}

/// Answers a question, all at once. Faces that show the answer growing use [`ask`].
pub struct AskOnce;

/// A question and where to look.
#[derive(Clone, Debug, Deserialize)]
pub struct AskRequest {
    /// In the person's own words.
    pub question: String,
    /// Where to look.
    #[serde(default)]
    pub filter: Filter,
}

impl Command for AskOnce {
    const NAME: &'static str = "ask";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = AskRequest;
    type Response = Answered;

    async fn run(copilot: &Copilot, request: AskRequest) -> Result<Answered, Failure> {
        let (events, _) = mpsc::channel(1);
        ask(copilot, request, &events, CancellationToken::new()).await
    }
}

/// Answers a question that belongs to no conversation, telling each step to `events`; that it was answered is noted before
/// it is told to have ended.
///
/// # Errors
/// When the question is empty, the index fails or the audit can't be written.
pub async fn ask(
    copilot: &Copilot,
    request: AskRequest,
    events: &mpsc::Sender<AskEvent>,
    cancel: CancellationToken,
) -> Result<Answered, Failure> {
    let answered = answer_once(copilot, request, events, cancel).await;
    let (state, answer) = match &answered {
        Ok(answer) => (activity::state_of(answer), Some(answer)),
        Err(_) => (TurnState::Failed, None),
    };
    let details = activity::of_answer(None, state, answer);
    copilot
        .audit
        .note(activity::ANSWER, (copilot.clock)(), details)
        .await?;
    answered
}

/// Answers a question, telling each step to `events`.
///
/// # Errors
/// When the question is empty or the index fails.
pub(crate) async fn answer_once(
    copilot: &Copilot,
    request: AskRequest,
    events: &mpsc::Sender<AskEvent>,
    cancel: CancellationToken,
) -> Result<Answered, Failure> {
    let asked = Ask {
        question: request.question,
        filter: request.filter,
        today: (copilot.today)(),
    };
    let (gathered, answer) = orchestration::ask(&copilot.library, &asked, events, cancel).await?;
    Ok(Answered::of(&gathered, answer, asked.today))
}

/// Lists the conversations.
pub struct ConversationList;

impl Command for ConversationList {
    const NAME: &'static str = "conversation_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Vec<ConversationSummary>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<ConversationSummary>, Failure> {
        copilot.conversations.list().await
    }
}

/// A conversation.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IdRequest {
    /// Its id.
    pub id: ConversationId,
}

/// Gives a conversation with all its turns.
pub struct ConversationGet;

impl Command for ConversationGet {
    const NAME: &'static str = "conversation_get";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = IdRequest;
    type Response = Conversation;

    async fn run(copilot: &Copilot, request: IdRequest) -> Result<Conversation, Failure> {
        conversation(copilot, request.id).await
    }
}

/// Gives a conversation another title.
pub struct ConversationRename;

/// A conversation and its title.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RenameRequest {
    /// Its id.
    pub id: ConversationId,
    /// What it is called from now on.
    pub title: String,
}

impl Command for ConversationRename {
    const NAME: &'static str = "conversation_rename";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Conversations];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = RenameRequest;
    type Response = Conversation;

    async fn run(copilot: &Copilot, request: RenameRequest) -> Result<Conversation, Failure> {
        let title = request.title.trim();
        if title.is_empty() || title.chars().count() > 200 {
            return Err(Failure::user(
                format!("`{title}` is not a title for a conversation."),
                "Give it a title of 1 to 200 characters.",
            ));
        }
        if !copilot.conversations.rename(request.id, title).await? {
            return Err(gone());
        }
        conversation(copilot, request.id).await
    }
}

/// Deletes a conversation with its questions and answers.
pub struct ConversationDelete;

impl Command for ConversationDelete {
    const NAME: &'static str = "conversation_delete";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Conversations];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = IdRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: IdRequest) -> Result<Nothing, Failure> {
        let conversation = copilot.conversations.get(request.id).await?.ok_or_else(gone)?;
        for turn in &conversation.turns {
            copilot.answers.stop(turn.id);
        }
        if copilot.conversations.delete(request.id).await? {
            Ok(Nothing {})
        } else {
            Err(gone())
        }
    }
}

/// Asks a question. The answer is made and stored whether or not anybody listens.
pub struct QuestionAsk;

/// A question of a conversation.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct QuestionRequest {
    /// The conversation that goes on; a new one if absent.
    pub conversation: Option<ConversationId>,
    /// In the person's own words.
    pub question: String,
    /// Where to look.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Filter>", optional))]
    pub filter: Filter,
}

/// Where the answer comes.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Questioned {
    /// The conversation.
    pub conversation: ConversationId,
    /// The question in it.
    pub turn: TurnId,
}

impl Command for QuestionAsk {
    const NAME: &'static str = "question_ask";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Conversations];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = QuestionRequest;
    type Response = Questioned;

    async fn run(copilot: &Copilot, request: QuestionRequest) -> Result<Questioned, Failure> {
        let question = request.question.trim();
        let length = question.chars().count();
        if length == 0 {
            return Err(Failure::user(
                "The question is empty.",
                "Type what you want to know.",
            ));
        }
        if length > LONGEST {
            return Err(Failure::user(
                format!("The question has {length} characters."),
                format!("Ask in at most {LONGEST} characters."),
            ));
        }
        let at = (copilot.clock)();
        let stored = match request.conversation {
            None => Some(
                copilot
                    .conversations
                    .begin(&title_of(question), question, &request.filter, at)
                    .await?,
            ),
            Some(id) => {
                let turn = copilot
                    .conversations
                    .ask(id, question, &request.filter, at)
                    .await?;
                turn.map(|turn| (id, turn))
            }
        };
        let (conversation, turn) = stored.ok_or_else(gone)?;
        answers::begin(
            copilot,
            conversation,
            turn,
            question.to_owned(),
            request.filter,
            at,
        );
        Ok(Questioned { conversation, turn })
    }
}

/// Stops an answer; the sentences told so far are kept.
pub struct QuestionStop;

/// A question of a conversation.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StopRequest {
    /// Its id.
    pub turn: TurnId,
}

impl Command for QuestionStop {
    const NAME: &'static str = "question_stop";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = StopRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: StopRequest) -> Result<Nothing, Failure> {
        // One that ended meanwhile is left as it is.
        copilot.answers.stop(request.turn);
        Ok(Nothing {})
    }
}

/// A conversation whose citations name the documents as they are known now: an index that was made again gave them new
/// names.
async fn conversation(copilot: &Copilot, id: ConversationId) -> Result<Conversation, Failure> {
    let mut conversation = copilot.conversations.get(id).await?.ok_or_else(gone)?;
    let mut files = HashMap::new();
    for citation in conversation.citations_mut() {
        files.insert((citation.source.clone(), citation.file.clone()), DocumentId::GONE);
    }
    let places: Vec<_> = files.keys().cloned().collect();
    for (place, id) in std::iter::zip(&places, copilot.library.ids_of(&places).await?) {
        if let (Some(known), Some(id)) = (files.get_mut(place), id) {
            *known = id;
        }
    }
    for citation in conversation.citations_mut() {
        let place = (citation.source.clone(), citation.file.clone());
        citation.document = files.get(&place).copied().unwrap_or(DocumentId::GONE);
    }
    Ok(conversation)
}

fn gone() -> Failure {
    Failure::user("This conversation is no more.", "Begin a new one.").with_code("gone")
}
