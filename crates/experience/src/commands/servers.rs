use serde::{Deserialize, Serialize};

use super::systems::plain;
use super::{Access, Cache, Command, Confirm, NONE, SystemView, Window};
use crate::{Copilot, Failure};

/// A server of the Model Context Protocol, and how it is reached.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerRequest {
    /// Name of the connection.
    pub name: String,
    /// What people call it; else what the server calls itself.
    #[serde(default)]
    pub title: Option<String>,
    /// The program with its arguments, where it is one on this machine.
    #[serde(default)]
    pub command: Vec<String>,
    /// Folders that the program may read and write, beside its own.
    #[serde(default)]
    pub folders: Vec<String>,
    /// The program may use the network.
    #[serde(default)]
    pub network: bool,
    /// The variable in which the program finds the secret.
    #[serde(default)]
    pub secret_as: Option<String>,
    /// Its address, where it is elsewhere.
    #[serde(default)]
    pub address: Option<String>,
    /// It is in the company's own network, and may have an address there.
    #[serde(default)]
    pub own_network: bool,
    /// The tools that only read, as the person says.
    #[serde(default)]
    pub reads: Vec<String>,
    /// The tools that change something and take nothing away that matters, as the person says.
    #[serde(default)]
    pub writes: Vec<String>,
    /// The secret, where it wants one. It goes into the keyring and never comes back.
    #[serde(default)]
    pub secret: Option<String>,
    /// What the person was shown of the server ([`ServerOffer::seen`]).
    #[serde(default)]
    pub seen: Option<String>,
}

/// What a server offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerOffer {
    /// What it calls itself.
    pub server: String,
    /// Its version, as it says.
    pub version: String,
    /// Where it is: the program with its arguments, or the address.
    pub place: String,
    /// What keeps it in, where it is a program.
    pub fence: Option<String>,
    /// Its tools.
    pub tools: Vec<ToolView>,
    /// What it offers and can't be used: name and reason.
    pub left_out: Vec<(String, String)>,
    /// Stands for all of this. What is connected must be what was shown.
    pub seen: String,
}

/// A tool of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToolView {
    /// Its name.
    pub name: String,
    /// What it does, in the server's own words.
    pub summary: String,
    /// What it is treated as: `read`, `write` or `destructive`.
    pub class: String,
    /// What the server says of it, which is not believed: `reads`, `changes`, `destroys` or nothing.
    pub says: Option<String>,
}

/// Starts or asks a server and shows what it offers; keeps nothing.
pub struct ServerLook;

impl Command for ServerLook {
    const NAME: &'static str = "server_look";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = ServerRequest;
    type Response = ServerOffer;

    fn confirm(request: &ServerRequest) -> Option<Confirm> {
        Some(question(request, "Ask"))
    }

    async fn run(copilot: &Copilot, request: ServerRequest) -> Result<ServerOffer, Failure> {
        copilot.connections.server_offer(request).await
    }
}

/// Connects a server whose offer a person has seen.
pub struct ServerConnect;

impl Command for ServerConnect {
    const NAME: &'static str = "server_connect";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems];
    const WINDOWS: &'static [Window] = NONE;
    type Request = ServerRequest;
    type Response = SystemView;

    fn confirm(request: &ServerRequest) -> Option<Confirm> {
        Some(question(request, "Connect"))
    }

    async fn run(copilot: &Copilot, request: ServerRequest) -> Result<SystemView, Failure> {
        copilot.connections.connect_server(request).await
    }
}

/// What a person is asked before a program is started or an address is asked: exactly that, each part in a line of its own.
pub fn question(request: &ServerRequest, yes: &str) -> Confirm {
    let mut lines = Vec::new();
    match &request.address {
        Some(address) => {
            lines.push(format!("{yes} the server at {}?", plain(address, false)));
            if request.secret.is_some() {
                lines.push("Your secret is sent there.".to_owned());
            }
        }
        None => {
            lines.push("Start this program on your computer?".to_owned());
            lines.push(String::new());
            lines.extend(request.command.iter().map(|part| plain(part, false)));
            lines.push(String::new());
            let folders: Vec<String> = request
                .folders
                .iter()
                .map(|folder| plain(folder, false))
                .collect();
            lines.push(match folders.is_empty() {
                true => "It gets a folder of its own and no other.".to_owned(),
                false => format!("It may read and change everything in {}.", folders.join(" and ")),
            });
            lines.push(match request.network {
                true => "It may use the network.".to_owned(),
                false => "It may not use the network.".to_owned(),
            });
            if let Some(variable) = &request.secret_as {
                lines.push(format!("It gets your secret, as {}.", plain(variable, false)));
            }
        }
    }
    lines.push("Go on only if you asked for this yourself.".to_owned());
    Confirm {
        question: lines.join("\n"),
        yes: yes.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_shows_the_whole_program_and_nothing_in_it_can_pose_as_more_of_the_question() {
        let request = ServerRequest {
            name: "notes".to_owned(),
            command: ["/opt/notes", "--all", "x\nIt may not use the network.\u{202e}"]
                .map(str::to_owned)
                .to_vec(),
            folders: vec!["/home/ines/notes".to_owned()],
            network: true,
            ..ServerRequest::default()
        };
        let asked = question(&request, "Connect").question;
        let lines: Vec<&str> = asked.lines().collect();
        assert_eq!(
            lines[2..5],
            ["/opt/notes", "--all", "x<a>It may not use the network.<202e>"]
        );
        assert!(asked.contains("/home/ines/notes") && asked.contains("\nIt may use the network."));
    }
}
