//! Answers that are being made, whether or not a window listens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{ConversationId, TurnId};
use orchestration::{AskEvent, Gathered};
use retrieval::search::Filter;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::commands::{AskRequest, Cache, answer_once};
use crate::conversation::{Turn, TurnState};
use crate::events::{AnswerPart, Event};
use crate::wire::{Answered, sentence_view};
use crate::{Copilot, Failure, Fault, activity};

/// The answers that are being made; cheap to clone.
#[derive(Clone, Default)]
pub struct Answers {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    running: Mutex<HashMap<TurnId, CancellationToken>>,
    /// Rings whenever one has ended.
    ended: Notify,
    /// The program ends: what is cut short now was not stopped by the person.
    ending: AtomicBool,
}

impl Answers {
    /// Stops an answer soon, if it is still being made.
    pub fn stop(&self, turn: TurnId) {
        if let Some(cancel) = self.running().get(&turn) {
            cancel.cancel();
        }
    }

    /// Waits so long for the answers that are being made; those that take longer are stored as interrupted, with what
    /// there is of them.
    pub async fn end(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.all_ended()).await.is_err() {
            self.inner.ending.store(true, Ordering::Relaxed);
            self.running().values().for_each(CancellationToken::cancel);
            self.all_ended().await;
        }
    }

    async fn all_ended(&self) {
        loop {
            let ended = self.inner.ended.notified();
            if self.running().is_empty() {
                return;
            }
            ended.await;
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<TurnId, CancellationToken>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to answer a turn that is stored already.
pub(crate) fn begin(
    copilot: &Copilot,
    conversation: ConversationId,
    id: TurnId,
    question: String,
    filter: Filter,
    asked: i64,
) {
    let cancel = CancellationToken::new();
    copilot.answers.running().insert(id, cancel.clone());
    let turn = Turn {
        id,
        question,
        filter,
        asked,
        state: TurnState::Running,
        answer: None,
        failure: None,
    };
    let copilot = copilot.clone();
    tokio::spawn(async move {
        let run = tokio::spawn(answer(copilot.clone(), conversation, turn.clone(), cancel));
        let done = run.await.unwrap_or_else(|_| {
            Err(Failure {
                code: None,
                message: "The answer failed because of a fault in Attaché.".to_owned(),
                hint: Some("Ask again, perhaps in other words.".to_owned()),
                fault: Fault::Bug,
            })
        });
        end(&copilot, conversation, turn, done).await;
    });
}

/// Makes the answer and tells its parts in order.
async fn answer(
    copilot: Copilot,
    conversation: ConversationId,
    turn: Turn,
    cancel: CancellationToken,
) -> Result<Answered, Failure> {
    let (events, mut told) = mpsc::channel::<AskEvent>(16);
    let mut teller = Teller {
        copilot: &copilot,
        conversation,
        turn: turn.id,
        gathered: Gathered::default(),
        index: 0,
    };
    let request = AskRequest {
        question: turn.question,
        filter: turn.filter,
    };
    let run = answer_once(&copilot, request, &events, cancel);
    tokio::pin!(run);
    let done = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => teller.tell(event),
            done = &mut run => break done,
        }
    };
    while let Ok(event) = told.try_recv() {
        teller.tell(event);
    }
    done
}

struct Teller<'a> {
    copilot: &'a Copilot,
    conversation: ConversationId,
    turn: TurnId,
    gathered: Gathered,
    index: usize,
}

impl Teller<'_> {
    fn tell(&mut self, event: AskEvent) {
        let part = match event {
            AskEvent::Gathered(gathered) => {
                self.gathered = gathered;
                AnswerPart::Gathered {
                    passages_read: self.gathered.evidence.len(),
                    files_read: self.gathered.files,
                    notices: self.gathered.notices.clone(),
                }
            }
            AskEvent::Sentence(sentence) => {
                let index = self.index;
                self.index += 1;
                AnswerPart::Sentence {
                    index,
                    sentence: sentence_view(&self.gathered, sentence, (self.copilot.today)()),
                }
            }
            // Told once it is stored.
            AskEvent::Finished(_) => return,
        };
        self.copilot.events.publish(Event::Answer {
            conversation: self.conversation,
            turn: self.turn,
            part,
        });
    }
}

/// Stores how a turn ended, then tells it.
async fn end(
    copilot: &Copilot,
    conversation: ConversationId,
    mut turn: Turn,
    done: Result<Answered, Failure>,
) {
    let ending = copilot.answers.inner.ending.load(Ordering::Relaxed);
    turn.state = match &done {
        Ok(answer) if answer.cancelled && ending => TurnState::Interrupted,
        Ok(answer) if answer.cancelled => TurnState::Stopped,
        Ok(answer) if answer.abstained => TurnState::Abstained,
        Ok(_) => TurnState::Answered,
        Err(_) => TurnState::Failed,
    };
    match done {
        Ok(answer) => turn.answer = Some(answer),
        Err(failure) => turn.failure = Some(failure),
    }
    let details = activity::of_answer(Some(turn.id), turn.state, turn.answer.as_ref());
    if let Err(failure) = copilot.conversations.end(&turn, (copilot.clock)(), details).await {
        // The answer is shown as long as this window is open, with why it will not be there tomorrow.
        turn.failure = Some(failure);
    }
    let id = turn.id;
    copilot.events.publish(Event::Answer {
        conversation,
        turn: id,
        part: AnswerPart::Finished { turn: Box::new(turn) },
    });
    copilot.events.publish(Event::stale(&[Cache::Conversations]));
    copilot.answers.running().remove(&id);
    copilot.answers.inner.ended.notify_waiters();
}
