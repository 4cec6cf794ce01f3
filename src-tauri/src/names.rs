//! Names of everything the page may call: the commands of `experience` that a window may call, then those of the window
//! itself. Read by the build too, which links nothing; a test compares.

/// Every name.
pub const COMMANDS: &[&str] = &[
    "status",
    "progress",
    "source_add",
    "source_demo",
    "source_remove",
    "source_label",
    "file_list",
    "file_retry",
    "file_open",
    "file_reveal",
    "search",
    "why",
    "conversation_list",
    "conversation_get",
    "conversation_rename",
    "conversation_delete",
    "question_ask",
    "question_stop",
    "document_view",
    "page_marks",
    "settings_get",
    "settings_set",
    "about",
    "contacts",
    "erase_everything",
    "events",
    "document_bytes",
    "pick_folder",
];
