use integration::import::{Outline, class_word, judge};

/// Method, path, name, summary, and what it is taken for: a class, or all that it could be.
const TABLE: &[(&str, &str, &str, &str, &str)] = &[
    // A question in its plain form.
    ("GET", "/users/{id}", "getUser", "Get a user", "read"),
    ("GET", "/users", "", "", "read"),
    ("HEAD", "/files/{id}", "", "", "read"),
    (
        "OPTIONS",
        "/files/content",
        "",
        "Preflight check before upload",
        "read",
    ),
    (
        "GET",
        "/deleted_items",
        "listDeletedItems",
        "List deleted items",
        "read",
    ),
    ("GET", "/users/{id}/settings", "", "Settings of a user", "read"),
    ("GET", "/messages", "getMessages", "Message details", "read"),
    (
        "GET",
        "/pulls/{n}/merge",
        "pulls/check-if-merged",
        "Check if a pull request has been merged",
        "read",
    ),
    (
        "GET",
        "/reports/{id}/export",
        "downloadExport",
        "Download an export",
        "read",
    ),
    ("GET", "/calls", "", "Call log", "read"),
    // One that does something.
    ("GET", "/logout", "", "", "write"),
    ("GET", "/auth/signOut", "signOut", "Sign out", "write"),
    ("GET", "/newsletter/unsubscribe", "", "", "write"),
    ("GET", "/users/delete/{id}", "", "", "destructive"),
    ("GET", "/delete/user/{id}", "", "", "destructive"),
    ("GET", "/jobs/{id}/start", "startJob", "Starts a job", "write"),
    ("GET", "/requests/{id}/approve", "", "Approve a request", "write"),
    (
        "GET",
        "/messages/{id}/markRead",
        "markRead",
        "Marks a message as read",
        "write",
    ),
    (
        "GET",
        "/views.publish",
        "views_publish",
        "Publish a static view for a User.",
        "send",
    ),
    (
        "GET",
        "/auth.revoke",
        "auth_revoke",
        "Revokes a token.",
        "destructive",
    ),
    ("GET", "/#Action=AddPermission", "GET_AddPermission", "", "write"),
    (
        "GET",
        "/messages/send",
        "send_message_messages_send_get",
        "Send Message",
        "send",
    ),
    (
        "GET",
        "/webhooks/{id}/ping",
        "pingWebhook",
        "Ping a webhook",
        "write",
    ),
    (
        "GET",
        "/widgets/{id}",
        "frobnicate",
        "Frobnicates the widget",
        "read write",
    ),
    (
        "GET",
        "/contacts/export",
        "exportContacts",
        "Export contacts",
        "read write",
    ),
    ("GET", "/oauth/token", "", "Get a token", "read write"),
    (
        "GET",
        "/report",
        "",
        "This endpoint allows you to delete a report",
        "destructive",
    ),
    // A question in the form of a `POST`.
    (
        "POST",
        "/contacts/search",
        "searchContacts",
        "Search contacts",
        "read",
    ),
    (
        "POST",
        "/worklog/list",
        "getWorklogsForIds",
        "Get worklogs",
        "read",
    ),
    ("POST", "/views/count", "countViews", "Count views", "read"),
    (
        "POST",
        "/me/microsoft.graph.getMemberGroups",
        "me.getMemberGroups",
        "Invoke action getMemberGroups",
        "read",
    ),
    (
        "POST",
        "/values:batchGet",
        "values.batchGet",
        "Returns several ranges of values",
        "read",
    ),
    // Not beyond doubt.
    ("POST", "/contacts/search", "searchContacts", "", "read write"),
    (
        "POST",
        "/contacts/search",
        "",
        "Everything about contacts",
        "read write",
    ),
    (
        "POST",
        "/items/search",
        "searchItems",
        "Search and replace",
        "read write",
    ),
    (
        "POST",
        "/users/get",
        "getOrCreateUser",
        "Get or create a user",
        "write",
    ),
    ("POST", "/tokens/get", "getToken", "Get a new token", "read write"),
    (
        "POST",
        "/documents/search",
        "searchDocuments",
        "Search and delete documents",
        "destructive",
    ),
    ("POST", "/jql/parse", "parseQuery", "Parse a query", "read write"),
    // Changes.
    ("POST", "/contacts", "createContact", "Create a contact", "write"),
    ("POST", "/contacts", "", "", "write"),
    ("PUT", "/contacts/{id}", "", "", "write"),
    (
        "PATCH",
        "/contacts/{id}",
        "patchContact",
        "Update a contact",
        "write",
    ),
    (
        "POST",
        "/files/{id}/checkIn",
        "checkIn",
        "Check in a file",
        "write",
    ),
    (
        "POST",
        "/messages/{id}/trash",
        "trash",
        "Moves the message to the trash.",
        "write",
    ),
    (
        "POST",
        "/widgets/{id}/frobnicate",
        "frobnicate",
        "Frobnicate",
        "write send destructive",
    ),
    ("POST", "/graphql", "", "", "write send destructive"),
    (
        "POST",
        "/sql",
        "runSql",
        "Execute a statement",
        "write send destructive",
    ),
    ("POST", "/batch", "", "Submit requests", "write send destructive"),
    // Drafts.
    ("POST", "/drafts", "createDraft", "Create a draft", "draft"),
    ("PUT", "/drafts/{id}", "", "Replaces a draft's content.", "draft"),
    (
        "POST",
        "/messages/{id}/microsoft.graph.createReply",
        "",
        "Invoke action createReply",
        "draft",
    ),
    // Reaches others.
    ("POST", "/drafts/send", "drafts.send", "Sends a draft", "send"),
    ("POST", "/me/sendMail", "", "Invoke action sendMail", "send"),
    ("POST", "/sendmail", "", "", "send"),
    (
        "POST",
        "/chat.postMessage",
        "chat_postMessage",
        "Sends a message to a channel.",
        "send",
    ),
    (
        "POST",
        "/issues/{id}/comments",
        "createComment",
        "Create a comment",
        "send",
    ),
    (
        "POST",
        "/Messages.json",
        "CreateMessage",
        "Create a message",
        "send",
    ),
    (
        "POST",
        "/conversations/{id}/reply",
        "",
        "Reply to a conversation",
        "send",
    ),
    ("POST", "/users/invite", "inviteUser", "Invite a user", "send"),
    (
        "POST",
        "/invoices",
        "createInvoice",
        "Create and send an invoice",
        "send",
    ),
    ("PUT", "/articles/{id}/publish", "", "Publish an article", "send"),
    // Takes away.
    (
        "DELETE",
        "/contacts/{id}",
        "getContact",
        "Get a contact",
        "destructive",
    ),
    (
        "POST",
        "/messages/batchDelete",
        "batchDelete",
        "Deletes many messages",
        "destructive",
    ),
    ("POST", "/devices/{id}:obliterate", "", "", "destructive"),
    ("POST", "/destroy_many", "", "", "destructive"),
    (
        "POST",
        "/contacts/merge",
        "mergeContacts",
        "Merge two contacts",
        "write destructive",
    ),
];

#[test]
fn each_operation_is_taken_for_what_its_words_say() {
    let mut wrong = Vec::new();
    for (method, path, id, summary, classes) in TABLE {
        let outline = Outline {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            id: Some(*id).filter(|id| !id.is_empty()).map(str::to_owned),
            summary: (*summary).to_owned(),
            ..Outline::default()
        };
        let judged = judge(&outline);
        let could: Vec<&str> = judged.could_be.iter().map(|class| class_word(*class)).collect();
        assert_eq!(judged.unclear, could.len() > 1, "{method} {path}");
        assert!(
            !judged.why.is_empty() && judged.why.iter().all(|why| why.ends_with('.')),
            "{:?}",
            judged.why
        );
        if could.join(" ") != *classes {
            wrong.push(format!(
                "{method} {path} `{summary}`: {} and not {classes}: {:?}",
                could.join(" "),
                judged.why
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
