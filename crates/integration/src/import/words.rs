//! What the words of a description mean: data. English only; a word that is not listed means nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use Meaning::{Anything, Change, Destroy, Look, Lose, Send, Work};
use Sort::{Either, Noun, Verb};

/// What a verb says that an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// It looks at something.
    Look,
    /// It makes something out of what it is given, and may keep it or not.
    Work,
    /// It changes something.
    Change,
    /// It changes something, and what was there may be lost.
    Lose,
    /// It reaches other people.
    Send,
    /// It takes something away.
    Destroy,
    /// It carries whatever it is given: a batch, a script, a query language with writes.
    Anything,
}

/// How a word is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Nothing but a verb: `delete`.
    Verb,
    /// As often the name of a thing: `export`.
    Either,
    /// Mostly the name of a thing: `comment`.
    Noun,
}

/// A form in which a verb stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `send`.
    Base,
    /// `sends`.
    Third,
    /// `sending`.
    Gerund,
}

/// The meaning of a verb as it stands in a path or a name: no ending is taken off, since `shares` is a list of them.
pub(super) fn plain(word: &str) -> Option<(Meaning, Sort)> {
    static KNOWN: LazyLock<HashMap<&str, (Meaning, Sort)>> = LazyLock::new(|| {
        let rows = VERBS.iter();
        let each = rows.flat_map(|(meaning, sort, words)| {
            words
                .split_ascii_whitespace()
                .map(|word| (word, (*meaning, *sort)))
        });
        each.collect()
    });
    KNOWN.get(word).copied()
}

/// The meaning of a verb as it stands in a sentence.
pub(super) fn spoken(word: &str) -> Option<(Meaning, Sort, Form)> {
    if let Some((meaning, sort)) = plain(word) {
        return Some((meaning, sort, Form::Base));
    }
    let third = [word.strip_suffix('s'), word.strip_suffix("es")];
    let ies = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let third = third.into_iter().flatten().map(str::to_owned).chain(ies);
    let found = third.filter_map(|stem| plain(&stem)).next();
    if let Some((meaning, sort)) = found {
        return Some((meaning, sort, Form::Third));
    }
    let stem = word.strip_suffix("ing")?;
    let mut letters = stem.chars().rev();
    let doubled = letters.next().is_some_and(|last| letters.next() == Some(last));
    let single = doubled.then(|| stem[..stem.len() - 1].to_owned());
    let stems = [Some(stem.to_owned()), Some(format!("{stem}e")), single];
    let (meaning, sort) = stems.into_iter().flatten().find_map(|stem| plain(&stem))?;
    Some((meaning, sort, Form::Gerund))
}

/// Whether a word is in a list.
pub(super) fn is(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|own| own == word)
}

/// Verbs by what they say.
const VERBS: &[(Meaning, Sort, &str)] = &[
    (
        Look,
        Verb,
        "get list retrieve fetch find search show read view describe count lookup query browse enumerate return determine \
         calculate compute estimate autocomplete suggest discover inspect obtain display provide compare download load \
         collect gather validate preview typeahead recommend geocode exist has \
         give contain represent identify see ls",
    ),
    (
        Look,
        Either,
        "check head stat diff match filter detail details info history status scan poll explain aggregate",
    ),
    (
        Change,
        Verb,
        "create add update receive consume allocate deallocate unmonitor equip unequip insert modify edit save upsert rename move assign unassign reassign enable disable activate \
         deactivate reactivate approve reject decline accept deny reopen complete confirm submit subscribe unsubscribe \
         resubscribe register unregister deregister enroll unenroll join leave kick ban unban mute unmute unblock lock \
         unlock unfollow unlike unstar unpin mark unmark unarchive untrash restore stop pause resume restart reboot \
         suspend unsuspend launch undeploy provision regenerate renew authorize authorise impersonate \
         login logout signin signout signup signoff connect detach associate disassociate dissociate unlink split migrate \
         rollback undo redo apply reindex rebuild recalculate recompute toggle increment decrement reschedule snooze \
         unsnooze escalate acknowledge ack dismiss initiate initialize initialise instantiate begin finish finalize \
         finalise adjust alter append prepend attach bind unbind configure convert debit withdraw buy reserve redeem pay \
         repay reimburse settle enqueue dequeue ensure establish exclude unfavorite hide unhide ignore \
         include increase decrease introduce make onboard open override perform persist populate prioritize promote demote \
         propagate put quarantine recover recreate refill reload reorder reprocess requeue rerun retire retry rotate setup \
         shelve unshelve swap switch synchronize synchronise take tokenize turnon turnoff unclaim undelete ungroup \
         unhold unmerge unpause unpublish unset unshare untag unwatch upgrade downgrade upvote downvote uninvite write \
         allow disallow checkin optin optout enter extend freeze unfreeze indicate manage reconcile relate \
         replicate revert revise roll shorten skip warm generate grant transition whitelist blacklist",
    ),
    (
        Change,
        Either,
        "start close trigger deploy purchase monitor store install favorite favourite archive import upload export sync copy clone duplicate fork run test refresh set link group transfer \
         follow block watch star pin flag like react rate vote charge refund capture order claim release checkout replace \
         track push pull record sign verify process handle request act action build bulk cache change commit customize \
         delegate draw end exit hold ingest ping play post print queue rank recycle resolve respond review rewind seed \
         shutdown stage trade trash use wake backup snapshot mount unmount map \
         exchange deposit book train patch issue answer disarm arm crawl select sort",
    ),
    (
        Work,
        Either,
        "evaluate predict analyze analyse summarize translate transcribe correct parse sanitize render format detect classify \
         extract recognize recognise synthesize score solve simulate interpret",
    ),
    (Change, Noun, "report document file image schedule label tag log"),
    (
        Lose,
        Verb,
        "cancel terminate abort kill expire overwrite invalidate deprovision disconnect decommission",
    ),
    (Lose, Either, "merge reset void"),
    (
        Send,
        Verb,
        "send resend notify broadcast announce remind deliver redeliver sendmail sendmessage dispatch publish republish \
         tweet retweet emit",
    ),
    (
        Send,
        Either,
        "reply forward invite reinvite share dial alert transmit",
    ),
    (
        Send,
        Noun,
        "email mail message comment sms text call fax chat dm nudge",
    ),
    (
        Destroy,
        Verb,
        "delete remove destroy purge erase wipe clear drop expunge flush uninstall revoke discard redact anonymize \
         anonymise obliterate prune evict del rm",
    ),
    (Destroy, Either, "empty truncate cleanup clean"),
    (Anything, Verb, "execute invoke eval exec"),
    (
        Anything,
        Either,
        "batch graphql rpc jsonrpc xmlrpc script console command commands proxy passthrough",
    ),
];

/// Verbs that by themselves mean looking, and nothing else, wherever they begin a sentence.
pub(super) const SURE_LOOK: &str = "get list retrieve fetch find search show read view describe count lookup query check download browse enumerate";

/// Verbs for looking by which a `POST` may put something into the system: `download` may mean to its own disk.
pub(super) const KEEPING: &str = "download load collect gather obtain discover acquire scan";

/// What reaches other people when one is made.
pub(super) const MESSAGES: &str = "message messages email emails mail mails sms mms reply replies invitation invitations \
    invite invites notification notifications broadcast broadcasts announcement announcements comment comments post \
    posts tweet tweets fax faxes reminder reminders share shares call calls newsletter newsletters chat_messages \
    reply_all forward nudge";

/// Verbs with which a message is made and sent.
pub(super) const MAKES: &str = "create add post new submit schedule write make put compose perform start initiate record \
    save open enqueue append";

/// Messages that are as often only written down: the call that somebody made.
pub(super) const SOMETIMES_SENT: &str = "call calls post posts share shares reminder reminders";

/// Verbs that name a part of a system ahead in a path: `/connect/v1/accounts`.
pub(super) const NAMES_OF_PARTS: &str = "manage connect write open register setup include enroll execute generate provision deploy purchase buy pay apply \
     dispatch notify broadcast onboard generate transition authorize convert subscribe";

/// Verbs that a description says of what an operation takes or answers, not of what it does.
pub(super) const VAGUE: &str = "include includes take takes apply applies make makes enter enters ignore ignores extend \
    extends increase increases introduce introduces indicate indicates ensure ensures relate relates override overrides \
    allow allows accept accepts put puts open opens perform performs manage manages begin begins complete completes finish \
    finishes join joins exclude excludes adjust adjusts write writes enable enables connect connects execute executes \
    disable disables add adds exist persists decline declines expire expires submit submits subscribe subscribes own owns \
    skip skips manages prevent split splits finishes take invoke invokes attempts emit emits warm warms";

/// Parameters that choose what is done.
pub(super) const CHOOSERS: &str = "action method command cmd operation op do act";

/// First words of parameters that make a question do more.
pub(super) const SIDE_ACTS: &str = "mark delete remove clear purge";

/// Words for money.
pub(super) const MONEY: &str = "payment payments pay charge charges refund refunds payout payouts invoice invoices billing \
    bill bills price prices pricing credit credits debit debits transfer transfers transaction transactions purchase \
    purchases payroll salary salaries bank wallet wallets card cards tax taxes checkout balance balances deposit deposits \
    withdraw withdrawal withdrawals quote quotes order orders subscription_plan coupon coupons discount discounts \
    reimbursement loan loans mandate mandates iban";

/// Words for credentials.
pub(super) const CREDENTIALS: &str = "password passwords passcode token tokens secret secrets credential credentials \
    apikey apikeys oauth oauth session sessions certificate certificates keypair keypairs login logout signin signout mfa \
    otp totp saml sso jwt authorize authorise impersonate passkey passkeys webauthn keys";

/// Words for rights.
pub(super) const RIGHTS: &str = "permission permissions role roles admin admins owner owners access acl acls grant grants \
    privilege privileges policy policies member members membership memberships collaborator collaborators delegate \
    delegates delegation approver approvers scim impersonation ownership sharing share unshare entitlement entitlements";

/// Words for what goes to an address outside.
pub(super) const OUTWARD: &str =
    "webhook webhooks hook hooks callback callbacks export share publish forward forwarding sharing sync";

/// Words before a verb that say how, not what: `bulkUpdate`.
pub(super) const ADVERBS: &str = "bulk batch mass multi async partial";

/// Things that names put straight behind a verb, without anything in between: `deleteuser`.
pub(super) const THINGS: &str = "mail email message messages sms user users all item items file files account accounts \
    token tokens order orders payment payments draft drafts comment comments event events contact contacts record records \
    password notification notifications invitation link folder task tasks job jobs group groups member members \
    subscription read unread ticket tickets customer customers data entry row rows";

/// What an operation calls itself when it speaks of itself.
pub(super) const SELF: &str = "endpoint method call api operation request action function resource route service command interface webservice \
     procedure mutation url uri path";

/// What stands before the thing that something is done to.
pub(super) const DETERMINERS: &str = "a an the all this these your one any each every its their multiple several some new existing given specified \
     specific another my our current single";

/// Fields and parameters by which people outside are told something.
pub(super) const RECIPIENTS: &str = "to cc bcc recipient recipients torecipients ccrecipients bccrecipients attendees \
    invitees emails invite_emails phone_number phonenumbers recipient_email send_email sendemail notify notify_users \
    notifyusers sendnotification sendnotifications send_notification sendinvitationmessage sendupdates \
    send_invite send_notification_email sendinvitation notification_recipients email_to mailto send_sms";

/// Fields and parameters that hold an address to which data will go.
pub(super) const ADDRESSES: &str = "callback callbackurl callback_url webhook webhook_url webhookurl hook_url \
    notificationurl notification_url target_url post_url postback_url delivery_url forward_to forwardingemail \
    lifecyclenotificationurl";
