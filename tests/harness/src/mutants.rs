//! Guards that are broken on purpose, to prove that the harness would notice.
//!
//! A mutant here is no other program: it is a wrapper around the real guard that behaves, through the public seams, as the
//! guard would behave with that fault. It is blind where the guard would be blind ([`Seen`]), or does by its own hand what
//! the guard would have let through. So what is proven is that the plays reach each of these guards and that their
//! oracles tell; that the source of a guard has no other fault is for its own tests to say.

use domain::{Confidentiality, Integrity, Origin, Readers, Role, SideEffect, Undo};
use governance::policy::{Obligation, Proposer};
use orchestration::governed::{Action, Proposal};

macro_rules! mutants {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// A guard that is broken on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mutant {
            $($(#[doc = $doc])* $name,)*
        }

        impl Mutant {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What is broken, in words.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc,)*).trim_ascii(),)*
                }
            }
        }
    };
}

mutants! {
    // What is let through although a person should be asked.
    /// Whatever should be asked is done.
    AllowsAll,
    /// A write is done without asking.
    AllowsWrites,
    /// A send is done without asking.
    AllowsSends,
    /// A deletion for good is done without asking.
    AllowsDeletions,
    /// What can be restored is done without asking.
    AllowsRestorable,
    /// What can be made up for is done without asking.
    AllowsCompensable,
    /// What is irreversible is done without asking.
    AllowsIrreversible,
    /// What has no red card is done without asking.
    AllowsPlain,
    /// What has a red card is done without asking.
    AllowsRed,
    /// What goes to nobody is done without asking.
    AllowsUndirected,
    /// What acts on no record is done without asking.
    AllowsUntargeted,
    /// What comes from a clean context is done without asking.
    AllowsClean,
    /// What comes from a context with outside text is done without asking.
    AllowsTainted,
    /// What is done to or for whom the user named is done without asking: the known-bad policy.
    AllowsFromUser,
    /// What has no argument from inside a text is done without asking.
    AllowsNotFromText,
    /// A tool that was approved once needs no approval again.
    AllowsKnownTool,
    /// Of the proposals on one card only the first needs approval.
    AllowsRestOfCard,
    /// After three questions nobody is asked again.
    AllowsAfterThree,
    /// What comes with a reason is done without asking.
    AllowsWithReason,
    // What the guard does not see.
    /// The context counts as the person's own.
    ContextIsUsers,
    /// The context counts as fields of the own system.
    ContextIsOwnField,
    /// The context counts as public.
    ContextIsPublic,
    /// Where the context was read is forgotten.
    SourcesForgotten,
    /// The texts that were read are forgotten.
    TextsForgotten,
    /// The last text that was read is forgotten.
    LastTextForgotten,
    /// The texts that were read count as fields.
    TextsAreFields,
    /// The texts that were read count as the person's words.
    TextsAreWords,
    /// What the person said is forgotten.
    WordsForgotten,
    /// A model's proposal counts as the person's.
    ModelIsPerson,
    /// Of a run only the beginning counts.
    ContextStaysFirst,
    /// What never leaves this machine counts as merely confidential.
    SecretIsConfidential,
    /// The emergency switch is not looked at when something is proposed.
    StopUnseenAtProposal,
    /// The emergency switch is not looked at when something is sent.
    StopUnseenAtSending,
    /// The pinned definition is not looked at when something is proposed.
    PinsUnseenAtProposal,
    /// The pinned definition is not looked at when something is sent.
    PinsUnseenAtSending,
    /// The chosen account is not looked at when something is proposed.
    AccountUnseenAtProposal,
    /// The chosen account is not looked at when something is sent.
    AccountUnseenAtSending,
    // What is on a card.
    /// Reading does not end a card.
    CardSpansReads,
    /// What is to be decided alone stands on a card with others.
    AloneIsBatched,
    /// Every proposal has a card of its own.
    NothingIsBatched,
    // What counts as a yes.
    /// A click counts whatever was shown.
    AnyDigestCounts,
    /// A click counts after the card expired.
    OldCardCounts,
    /// A click counts without the word that has to be typed.
    WordNotNeeded,
    /// What was rejected can be approved.
    RejectedCounts,
    /// What is struck out is done too.
    StruckCounts,
    // What is sent.
    /// What waits for a person is sent when it is worked on.
    WaitingIsSent,
    /// What was approved is sent after it expired.
    OldApprovalIsSent,
    /// What was changed after it was approved is sent.
    ChangedIsSent,
    /// The approval of another action counts.
    OthersApprovalCounts,
    /// A state that was written into the book is believed.
    ForgedStateIsSent,
    /// An approval whose seal is broken counts.
    BrokenSealCounts,
    /// What was done is done once more when it is worked on again.
    DoneIsRepeated,
}

/// What a mutant may look at when it decides for the guard.
pub struct Seen<'a> {
    /// What was judged.
    pub action: &'a Action,
    /// What it does.
    pub side_effect: SideEffect,
    /// What its arguments mean.
    pub roles: Vec<Role>,
    /// Whether its tool was approved before.
    pub known: bool,
    /// How many questions were asked before it.
    pub asked: usize,
}

impl Mutant {
    /// Whether the broken guard lets something through that is asked.
    pub fn lets(self, seen: &Seen<'_>) -> bool {
        let action = seen.action;
        let undo = action.shown.undo;
        let red = action.verdict.obligations.contains(&Obligation::Red);
        let tainted = action.shown.context.integrity == Integrity::Text;
        let has = |role: Role| seen.roles.contains(&role);
        let mut origins = action.effect.arguments.values().map(|argument| &argument.origin);
        match self {
            Self::AllowsAll => true,
            Self::AllowsWrites => seen.side_effect == SideEffect::Write,
            Self::AllowsSends => seen.side_effect == SideEffect::Send,
            Self::AllowsDeletions => seen.side_effect == SideEffect::Destructive,
            Self::AllowsRestorable => undo == Some(Undo::Restorable),
            Self::AllowsCompensable => undo == Some(Undo::Compensable),
            Self::AllowsIrreversible => undo == Some(Undo::Irreversible),
            Self::AllowsPlain => !red,
            Self::AllowsRed => red,
            Self::AllowsUndirected => !has(Role::Recipient),
            Self::AllowsUntargeted => !has(Role::Target),
            Self::AllowsClean => !tainted,
            Self::AllowsTainted => tainted,
            Self::AllowsFromUser => is_from_user(seen),
            Self::AllowsNotFromText => !origins.any(|origin| matches!(origin, Origin::Within { .. })),
            Self::AllowsKnownTool => seen.known,
            Self::AllowsRestOfCard => action.batch.is_some(),
            Self::AllowsAfterThree => seen.asked >= 3,
            Self::AllowsWithReason => action.shown.reason.is_some(),
            _ => false,
        }
    }

    /// What the guard sees of a proposal.
    pub fn blinds(self, proposal: &mut Proposal) {
        let context = &mut proposal.context;
        match self {
            Self::ContextIsUsers => context.taint.integrity = Integrity::User,
            Self::ContextIsOwnField => {
                context.taint.integrity = context.taint.integrity.min(Integrity::OwnField);
            }
            Self::ContextIsPublic => {
                context.taint.confidentiality = Confidentiality::Public;
                context.taint.readers = Readers::Everyone;
            }
            Self::SourcesForgotten => context.taint.sources.clear(),
            Self::TextsForgotten => context.texts.clear(),
            Self::LastTextForgotten => {
                context.texts.pop();
            }
            Self::TextsAreFields => context.fields.append(&mut context.texts),
            Self::TextsAreWords => {
                let texts = context.texts.drain(..).map(|(_, text)| text);
                context.words.extend(texts);
            }
            Self::WordsForgotten => context.words.clear(),
            Self::ModelIsPerson => proposal.proposer = Proposer::Person,
            Self::SecretIsConfidential => {
                let least = context.taint.confidentiality.min(Confidentiality::Confidential);
                context.taint.confidentiality = least;
            }
            Self::NothingIsBatched => proposal.batch = None,
            _ => {}
        }
    }
}

/// Whether whom it goes to and what it acts on stand in the person's own words.
fn is_from_user(seen: &Seen<'_>) -> bool {
    let arguments = seen.action.effect.arguments.values().zip(&seen.roles);
    let mut named = arguments
        .filter(|(_, role)| matches!(role, Role::Target | Role::Recipient))
        .peekable();
    named.peek().is_some() && named.all(|(argument, _)| argument.origin == Origin::User)
}
