//! The seam in the page's language: every type that goes over the wire and every command a window may call, written from
//! the Rust types. `ui/src/host/generated.ts` is what comes out; a test compares, `make types` writes.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};

use ts_rs::{Config, TS, TypeVisitor};

use crate::commands;
use crate::events::Event;

/// The whole file.
pub fn page() -> String {
    let mut page = Page::new();
    page.take_in::<Event>();
    page.take_in::<crate::Failure>();
    commands::describe(&mut page);
    page.written()
}

/// Types and commands as they are gathered.
pub(crate) struct Page {
    config: Config,
    types: BTreeMap<String, String>,
    /// A place may hold a place: what was taken in is not taken in again, by whatever box it comes.
    seen: HashSet<TypeId>,
    commands: Vec<String>,
}

impl Page {
    fn new() -> Self {
        Self {
            // Ids and times stay far below 2^53.
            config: Config::new().with_large_int("number"),
            types: BTreeMap::new(),
            seen: HashSet::new(),
            commands: Vec::new(),
        }
    }

    /// A command with its types.
    pub(crate) fn command<Q: TS + 'static, R: TS + 'static>(&mut self, name: &str) {
        self.take_in::<Q>();
        self.take_in::<R>();
        let (request, response) = (Q::name(&self.config), R::name(&self.config));
        self.commands.push(format!(
            "  {name}: {{ request: {request}; response: {response} }};"
        ));
    }

    fn take_in<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only what has a name of its own is declared.
        if T::output_path().is_some() {
            self.types.insert(T::ident(&self.config), T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }

    fn written(self) -> String {
        let types: Vec<String> = self
            .types
            .into_values()
            .map(|decl| format!("export {decl}"))
            .collect();
        format!(
            "// The seam between the page and the core, written from the Rust types by `make types`. Do not edit.\n\
             // Ids are numbers. Times are seconds since 1970.\n\n{}\n\n\
             /** Every command a window may call. */\nexport interface Commands {{\n{}\n}}\n",
            types.join("\n\n"),
            self.commands.join("\n")
        )
    }
}

impl TypeVisitor for Page {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.take_in::<T>();
    }
}
