//! Servers of the Model Context Protocol as systems: what they offer becomes a description as of any other system, and what is
//! asked of them goes along a [line](crate::egress::Line).
//!
//! A server is believed nothing. What a tool does to the world is what a person said when it was connected; what the server
//! says itself (`annotations`) can only make that stricter. Each definition is pinned with the server's own name and version,
//! compared anew when the server was started anew or says that something changed, and before each call that may change
//! something. A server gets no answer but to `ping`: it may not use a model (sampling), ask the person (elicitation) or look at
//! folders (roots), whatever it sends.
//!
//! How a program is started and fenced in is the caller's to say ([`Programs`]); what goes over the network goes through
//! [`Egress`](crate::egress::Egress).

mod definitions;
mod ears;
mod server;
mod session;
mod web;

pub use definitions::{Choices, Hints, Listed, Offered, description};
pub use server::{Server, Upkeep};
pub use session::{Pipes, Programs, Way};
pub use web::Web;

/// A text of a server so that nothing in it is hidden or turned round: such characters are shown by their number.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\t' => out.push(letter),
            '\r' => {}
            '\u{200b}'
            | '\u{180e}'
            | '\u{feff}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{ad}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' => out.push_str(&format!("<{:x}>", u32::from(letter))),
            letter if letter.is_control() => out.push_str(&format!("<{:x}>", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out
}
