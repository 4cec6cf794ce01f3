use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{Format, Label};
use experience::Failure;
use experience::commands::Form;
use retrieval::eval::Level;
use retrieval::search::{Filter, Mode};

/// Ask the folders you work in, and get the exact passage.
#[derive(Parser)]
#[command(name = "attache", version)]
pub struct Arguments {
    /// Folder in which Attaché keeps everything, instead of the system's place for application data
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Write one JSON value instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Tell on standard error what happens inside
    #[arg(long, short, global = true)]
    pub verbose: bool,
    #[command(subcommand)]
    pub what: Do,
}

/// What to do.
#[derive(Subcommand)]
pub enum Do {
    /// Add, list or remove the folders that are watched
    Source {
        #[command(subcommand)]
        what: SourceDo,
    },
    /// Read what is new in the watched folders, until nothing is left
    Index {
        /// Go on and keep everything up to date, until Ctrl-C
        #[arg(long)]
        watch: bool,
    },
    /// Say what is indexed, waiting, skipped or failed
    Status {
        /// Every file with its reason
        #[arg(long)]
        files: bool,
    },
    /// Say why a file was, or was not, found for a question
    Why {
        /// The file, absolute or below a watched folder
        file: String,
        /// The question
        question: String,
    },
    /// Show what Attaché reads from a file: status, reason, text, passages
    Extract {
        /// The file
        file: PathBuf,
        /// Show instead where each character of a page of a PDF stands, for highlighting
        ///
        /// Pages are counted from 1. Figures are points (1/72 inch) from the upper left corner of the page as it is
        /// shown. With --json: {"page", "unit": "points", "width", "height", "chars": [{"char", "left", "top", "right",
        /// "bottom"}]}, characters in reading order without white space.
        #[arg(long, value_name = "PAGE", value_parser = clap::value_parser!(u32).range(1..))]
        boxes: Option<u32>,
    },
    /// Find passages
    Search {
        /// Words or a question
        text: String,
        /// Most passages to show
        #[arg(short = 'k', long = "most", default_value_t = 10, value_name = "N")]
        most: usize,
        /// By words and meaning, or by one of them
        #[arg(long, value_enum, default_value_t = ModeName::Hybrid)]
        mode: ModeName,
        #[command(flatten)]
        scope: Scope,
    },
    /// Answer a question from your documents, with the passage for every sentence
    Ask {
        /// The question
        question: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Score the ranking over a question file, beside three baselines
    Eval {
        /// A JSON object a line: id, question, relevant (file, page)
        questions: PathBuf,
        /// What counts as one result
        #[arg(long, value_enum, default_value_t = LevelName::Doc)]
        level: LevelName,
        /// Write what was found, a JSON object a line
        #[arg(long, value_name = "FILE")]
        run_out: Option<PathBuf>,
    },
    /// Check, export or anchor the audit: what was asked, answered, allowed and done
    Audit {
        #[command(subcommand)]
        what: AuditDo,
    },
    /// Connect, list or forget business systems; stop all sending
    System {
        #[command(subcommand)]
        what: SystemDo,
    },
    /// Connect a business system with your own account there
    Connect(Box<Connecting>),
    /// List the connected systems
    Connections,
    /// Keep copies of a system's records on this device, or bring those that are kept up to date
    Sync(Keeping),
    /// Read from a connected system, live
    Call(Reading),
    /// Propose a change in a connected system; nothing is sent until it is allowed
    Propose(Proposal),
    /// List, show, approve or deny what was proposed
    Approvals {
        #[command(subcommand)]
        what: ApprovalsDo,
    },
    /// List or take back what was allowed beforehand
    Grants {
        #[command(subcommand)]
        what: GrantsDo,
    },
    /// Propose the way back for what was done
    Undo {
        /// Numbers of the actions
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Show everything that is known of an action
    Receipt {
        #[command(subcommand)]
        what: ReceiptDo,
    },
    /// Check, try or explain the rules for what may be changed outside
    Policy {
        #[command(subcommand)]
        what: PolicyDo,
    },
    /// Read what a system says of itself, and what each of its operations would do
    Connector {
        #[command(subcommand)]
        what: ConnectorDo,
    },
    /// Say what is missing on this machine and how to get it
    Doctor,
}

/// What to do with systems.
#[derive(Subcommand)]
pub enum SystemDo {
    /// List the connected systems
    List,
    /// Show what can be asked of one
    Show {
        /// Its name
        system: String,
    },
    /// Connect the demo company, in which nothing is real
    Demo,
    /// Try whether one can be reached and your sign-in holds; changes nothing
    Test {
        /// Its name
        system: String,
    },
    /// Sign in again to one that is connected by OAuth
    SignIn {
        /// Its name
        system: String,
        #[command(flatten)]
        how: SigningIn,
    },
    /// Forget one; of the demo company nothing is left
    Remove {
        /// Its name
        system: String,
    },
    /// Set one apart: everything can be read, nothing is sent
    SetApart {
        /// Its name
        system: String,
    },
    /// List the kinds of systems that can be connected with `attache connect`
    Connectors,
    /// Use one again that was set apart
    Back {
        /// Its name
        system: String,
    },
    /// Stop all sending at once; everything can be read
    Stop,
    /// Let what is approved be sent again
    Start,
    /// List every host that was contacted
    Hosts,
}

/// What of a system is kept on this device. Without anything, what is kept is brought up to date.
#[derive(Args)]
pub struct Keeping {
    /// Name of the connection
    pub system: Option<String>,
    /// The kinds of records to keep, as `ticket,article`; `attache system show` lists them
    #[arg(long, value_delimiter = ',', requires = "system", value_name = "KINDS")]
    pub keep: Vec<String>,
    /// A label for all that is kept of it, as `internal`; can be given several times
    #[arg(long = "label", requires = "keep", value_name = "LABEL")]
    pub labels: Vec<Label>,
    /// List everything anew, and not only what changed: finds what is gone there
    #[arg(long)]
    pub everything: bool,
    /// Keep nothing of it any more, and delete what is kept
    #[arg(long, requires = "system", conflicts_with = "keep")]
    pub off: bool,
}

/// A system to connect. The secret is asked for, or read from the input where that is no terminal.
#[derive(Args)]
pub struct Connecting {
    /// Name of a connector, as `attache system connectors` lists them, or the file with its manifest; for an MCP server, the name
    /// of the connection
    pub connector: String,
    /// Where its paths begin, as `https://rt.example.com/REST/2.0`, or the database, as `postgresql://db.example.com/crm`
    #[arg(long, value_name = "URL", required_unless_present_any = ["mcp_command", "mcp_url"], default_value = "", hide_default_value = true)]
    pub address: String,
    /// By which name or mail address you are known there
    #[arg(long, required_unless_present_any = ["mcp_command", "mcp_url"], default_value = "", hide_default_value = true)]
    pub account: String,
    #[command(flatten)]
    pub server: Serving,
    /// Name of the connection, else that of the connector
    #[arg(long)]
    pub name: Option<String>,
    /// What to call it, else what the connector calls it
    #[arg(long)]
    pub title: Option<String>,
    /// The way to sign in, else the first that the connector has: bearer, header, basic, oauth (in the browser),
    /// oauth-itself (as a program, without a person) or none
    #[arg(long)]
    pub way: Option<String>,
    /// The name that you sign in with, for `--way basic` and for a database
    #[arg(long)]
    pub user: Option<String>,
    /// It is in your company's own network
    #[arg(long)]
    pub own_network: bool,
    /// For `--way oauth`: the client id under which Attaché is registered at the provider; none comes with it
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// For `--way oauth`: the program has a secret of its own there, which is asked for
    #[arg(long)]
    pub client_secret: bool,
    #[command(flatten)]
    pub how: SigningIn,
}

/// How one signs in at a provider.
#[derive(Args, Clone, Copy)]
pub struct SigningIn {
    /// Sign in with a code on another device, where the provider has that
    #[arg(long)]
    pub device: bool,
    /// Only say where to sign in; do not open the browser
    #[arg(long)]
    pub by_hand: bool,
}

/// A server of the Model Context Protocol.
#[derive(Args)]
pub struct Serving {
    /// An MCP server that is a program on this machine, with its arguments
    #[arg(
        long,
        value_name = "PROGRAM ARGS…",
        conflicts_with = "mcp_url",
        help_heading = "MCP servers"
    )]
    pub mcp_command: Option<String>,
    /// An MCP server elsewhere, as `https://example.com/mcp`
    #[arg(long, value_name = "URL", help_heading = "MCP servers")]
    pub mcp_url: Option<String>,
    /// A tool of it that only reads; may be given more than once
    #[arg(long, value_name = "TOOL", help_heading = "MCP servers")]
    pub reads: Vec<String>,
    /// A tool of it that changes something, and takes nothing away that matters; may be given more than once
    #[arg(long, value_name = "TOOL", help_heading = "MCP servers")]
    pub writes: Vec<String>,
    /// A folder that the program may read and write; may be given more than once
    #[arg(
        long,
        value_name = "FOLDER",
        requires = "mcp_command",
        help_heading = "MCP servers"
    )]
    pub folder: Vec<String>,
    /// The program may use the network
    #[arg(long, requires = "mcp_command", help_heading = "MCP servers")]
    pub network: bool,
    /// It wants a secret: at its address, or in this variable of its environment
    #[arg(long, value_name = "VARIABLE", num_args = 0..=1, default_missing_value = "", help_heading = "MCP servers")]
    pub with_secret: Option<String>,
    /// Stands for what you were shown of it, to go on without being asked
    #[arg(long, value_name = "DIGEST", help_heading = "MCP servers")]
    pub seen: Option<String>,
}

/// What to read.
#[derive(Args)]
pub struct Reading {
    /// The connection
    pub system: String,
    /// The operation, one that only reads, as `attache system show SYSTEM` names it
    pub operation: String,
    /// An argument, as `name=value`
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    pub arguments: Vec<String>,
    /// At most so many records
    #[arg(short = 'k', long, default_value_t = 20)]
    pub most: usize,
}

/// A change.
#[derive(Args)]
pub struct Proposal {
    /// The system
    pub system: String,
    /// The operation, as `attache system show SYSTEM` names it
    pub operation: String,
    /// An argument; may be given more than once
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    pub arguments: Vec<String>,
    /// A field to empty; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub clear: Vec<String>,
    /// The record, in words, instead of the argument that names it
    #[arg(long, value_name = "WORDS")]
    pub record: Option<String>,
    /// Why
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
    /// Decide it together with this proposal
    #[arg(long, value_name = "ID")]
    pub with: Option<i64>,
}

/// What to do with what was proposed.
#[derive(Subcommand)]
pub enum ApprovalsDo {
    /// List what waits or is under way
    List {
        /// Everything, the newest first
        #[arg(long)]
        all: bool,
    },
    /// Show one with all that would be done
    Show {
        /// Its number
        id: i64,
    },
    /// Approve a card; only at a terminal
    Approve {
        /// Number of one of its proposals
        id: i64,
        /// A proposal of the card that is not to be done; may be given more than once
        #[arg(long, value_name = "ID")]
        strike: Vec<i64>,
    },
    /// Deny proposals
    Deny {
        /// Their numbers
        #[arg(required = true)]
        ids: Vec<i64>,
        /// Why
        #[arg(long, value_name = "WORDS", default_value = "")]
        reason: String,
    },
    /// Say which record is meant, where several are close
    Pick {
        /// Number of the question, or of a proposal for another record
        id: i64,
        /// The record's id in its system
        record: String,
    },
    /// Look now what became of one
    Check {
        /// Its number
        id: i64,
    },
    /// Say what became of one of which nobody else can tell
    Say {
        /// Its number
        id: i64,
        /// What you found
        #[arg(value_enum)]
        found: FoundName,
    },
}

/// What a person found, as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum FoundName {
    /// It happened
    Happened,
    /// It did not, and shall not
    Dropped,
    /// It did not, and shall be sent again; only at a terminal
    SendAgain,
}

impl From<FoundName> for experience::commands::FoundOut {
    fn from(found: FoundName) -> Self {
        match found {
            FoundName::Happened => Self::Happened,
            FoundName::Dropped => Self::Dropped,
            FoundName::SendAgain => Self::SendAgain,
        }
    }
}

/// What to do with what was allowed beforehand.
#[derive(Subcommand)]
pub enum GrantsDo {
    /// List it
    List,
    /// Take one back
    Revoke {
        /// Its name
        id: String,
    },
}

/// What to do with receipts.
#[derive(Subcommand)]
pub enum ReceiptDo {
    /// Show one
    Show {
        /// Number of the action
        id: i64,
    },
}

/// What to do with the audit.
#[derive(Subcommand)]
pub enum AuditDo {
    /// Say whether every row is what was written, in its place
    Verify {
        /// An exported file, instead of the audit of this workspace
        file: Option<PathBuf>,
        #[command(flatten)]
        against: Against,
    },
    /// Write all rows, one a line
    Export {
        /// How; only `jsonl` can be verified
        #[arg(long, value_enum, default_value_t = FormName::Jsonl)]
        format: FormName,
        /// The file to write, which must not exist yet; standard output if none is given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Keep signed heads in a file outside or at an address, so that a cut end of the audit is seen
    Anchor {
        /// The file, best on another machine or drive; `none` for no anchor, `show` to say which it is
        #[arg(value_name = "FILE|none|show", default_value = "show")]
        to: PathBuf,
        /// The address to which each head is sent as JSON; `off` for no anchor
        #[arg(long, value_name = "URL|off", conflicts_with = "to")]
        webhook: Option<String>,
    },
}

/// What to check the audit against.
#[derive(Args, Clone, Default)]
pub struct Against {
    /// A file with signed heads (`attache audit anchor`); for a workspace, the one in use if none is named
    #[arg(long, value_name = "FILE")]
    pub anchor: Option<PathBuf>,
    /// A public key that may have signed, besides the one in the keyring; may be given more than once
    #[arg(long = "key", value_name = "HEX")]
    pub keys: Vec<String>,
}

/// A form of the exported audit as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum FormName {
    Jsonl,
    Csv,
    Ocsf,
}

impl From<FormName> for Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Jsonl => Self::Jsonl,
            FormName::Csv => Self::Csv,
            FormName::Ocsf => Self::Ocsf,
        }
    }
}

/// What to do with policies. Each reads a folder with the company's policies (`*.cedar`), which come on top of the shipped ones.
#[derive(Subcommand)]
pub enum PolicyDo {
    /// Say which rules would be in force, or what is wrong with one
    Check {
        /// The folder
        folder: PathBuf,
    },
    /// Tell the stories in the folder (`*.json`) and say which go otherwise than they shall
    Test {
        /// The folder
        folder: PathBuf,
    },
    /// Say what the rules make of a request, and why
    Explain {
        /// The folder
        folder: PathBuf,
        /// A file with the request, as JSON, in the form of a story's `request`
        request: PathBuf,
    },
}

/// What to do with connectors and with descriptions of systems. Nothing is connected by it.
#[derive(Subcommand)]
pub enum ConnectorDo {
    /// Class every operation of an OpenAPI description as read, draft, write, send or destructive, and say why
    ///
    /// Reads OpenAPI 3.0 and 3.1 and Swagger 2.0, JSON or YAML, also packed with gzip. What is not beyond doubt is unclear
    /// and counts as the strictest it could be. With --json: every operation with its class, reasons and pin.
    Import {
        /// The file
        #[arg(value_name = "SPEC")]
        file: PathBuf,
        /// Say instead what is different from this earlier description of the same system
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Check the manifest of a connector: every mistake with its line
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Compare it with the description that the vendor publishes
        #[arg(long, value_name = "SPEC")]
        description: Option<PathBuf>,
    },
    /// Print the form of a manifest, as JSON Schema
    Schema,
}

/// What to do with a folder.
#[derive(Subcommand)]
pub enum SourceDo {
    /// Watch a folder and everything in it
    Add {
        /// The folder
        path: PathBuf,
        /// Its collection; the folder's own name if none is given
        #[arg(long, value_name = "NAME")]
        collection: Option<String>,
        /// A label for the collection, such as `internal` or `never-leaves-this-machine`; may be given more than once
        #[arg(long = "label", value_name = "LABEL")]
        labels: Vec<Label>,
    },
    /// List the watched folders
    List,
    /// Stop watching a folder; its files stay
    Remove {
        /// The folder
        path: PathBuf,
    },
}

/// Where to look.
#[derive(Args, Default)]
pub struct Scope {
    /// Only this collection; may be given more than once
    #[arg(long = "collection", value_name = "NAME")]
    collections: Vec<String>,
    /// Only documents with this label; with several, those that have all
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Only this kind of file, such as `pdf` or `xlsx`; may be given more than once
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only files whose path below the watched folder begins so
    #[arg(long, value_name = "PATH")]
    below: Option<String>,
    /// Only files changed on this day or later, as 2026-09-24
    #[arg(long, value_name = "DATE")]
    since: Option<jiff::civil::Date>,
    /// Only files changed on this day or earlier
    #[arg(long, value_name = "DATE")]
    until: Option<jiff::civil::Date>,
}

impl Scope {
    /// The same as a filter.
    pub fn filter(self) -> Result<Filter, Failure> {
        let formats = self.types.iter().map(|name| {
            let format: Result<Format, _> =
                serde_json::from_value(serde_json::Value::String(name.to_lowercase()));
            format.map_err(|_| {
                Failure::user(
                    format!("`{name}` is not a kind of file."),
                    "Kinds are for example pdf, docx, xlsx, eml.",
                )
            })
        });
        let zone = jiff::tz::TimeZone::system();
        let begin = |day: jiff::civil::Date| {
            day.to_zoned(zone.clone())
                .map(|at| at.timestamp().as_second())
                .ok()
        };
        Ok(Filter {
            collections: self.collections,
            labels: self.labels,
            formats: formats.collect::<Result<_, _>>()?,
            below: self.below,
            modified_from: self.since.and_then(begin),
            modified_to: self
                .until
                .and_then(|day| day.tomorrow().ok())
                .and_then(begin)
                .map(|second| second - 1),
        })
    }
}

/// A search mode as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum ModeName {
    Hybrid,
    Keyword,
    Vector,
    Rrf,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Hybrid => Self::Hybrid,
            ModeName::Keyword => Self::Keyword,
            ModeName::Vector => Self::Vector,
            ModeName::Rrf => Self::Rrf,
        }
    }
}

/// An evaluation level as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum LevelName {
    Doc,
    Page,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Doc => Self::Doc,
            LevelName::Page => Self::Page,
        }
    }
}

impl Do {
    /// As it is typed; what a second process is told.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Source { .. } => "source",
            Self::Index { watch: true } => "index --watch",
            Self::Index { .. } => "index",
            Self::Status { .. } => "status",
            Self::Why { .. } => "why",
            Self::Extract { .. } => "extract",
            Self::Search { .. } => "search",
            Self::Ask { .. } => "ask",
            Self::Eval { .. } => "eval",
            Self::Audit { .. } => "audit",
            Self::System { .. } => "system",
            Self::Connect(_) => "connect",
            Self::Connections => "connections",
            Self::Sync(_) => "sync",
            Self::Call(_) => "call",
            Self::Propose(_) => "propose",
            Self::Approvals { .. } => "approvals",
            Self::Grants { .. } => "grants",
            Self::Undo { .. } => "undo",
            Self::Receipt { .. } => "receipt",
            Self::Policy { .. } => "policy",
            Self::Connector { .. } => "connector",
            Self::Doctor => "doctor",
        }
    }
}
