//! Where a database is.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::Url;

use crate::egress::{EgressError, Names, Reach};
use crate::manifest::Dialect;

/// Where a database is.
pub(super) enum Place {
    /// On a server, which is looked up each time.
    Server {
        name: String,
        port: u16,
        database: String,
        reach: Reach,
        names: Arc<dyn Names>,
    },
    /// In a file.
    File(PathBuf),
}

/// A server whose address was looked at.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    /// It is on this machine: the only place that may be spoken to without TLS.
    pub(super) near: bool,
}

/// The address of a database as a person gives it, with its port: `postgresql://db.example.com:5432/shop`, or
/// `sqlite:///home/ines/shop.db`.
///
/// # Errors
/// What is wrong with it and what to do, for people.
pub fn address(dialect: Dialect, text: &str) -> Result<Url, String> {
    let example = dialect.example();
    let malformed = || format!("`{text}` is no address of such a database. Write it as `{example}`.");
    let mut url = Url::parse(text.trim()).map_err(|_| malformed())?;
    if !dialect.schemes().contains(&url.scheme()) {
        return Err(malformed());
    }
    // Not repeated in the words: it may hold a password.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "An address holds neither a user nor a password: these are asked for separately. Write it as `{example}`."
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "An address has nothing behind the database's name. Write it as `{example}`."
        ));
    }
    let trimmed = url.path().trim_end_matches('/').to_owned();
    url.set_path(&trimmed);
    let named = trimmed
        .strip_prefix('/')
        .filter(|name| !name.is_empty())
        .ok_or_else(malformed)?;
    if dialect == Dialect::Sqlite {
        return match url.host_str().is_none_or(str::is_empty) && file(&url).is_some() {
            true => Ok(url),
            false => Err(malformed()),
        };
    }
    if named.contains('/') || url.host_str().is_none_or(str::is_empty) {
        return Err(malformed());
    }
    if url.port().is_none() {
        url.set_port(Some(dialect.port())).map_err(|()| malformed())?;
    }
    Ok(url)
}

fn file(url: &Url) -> Option<PathBuf> {
    let same = Url::parse(&format!("file://{}", url.path())).ok()?;
    same.to_file_path().ok()
}

impl Place {
    /// The place that an address names.
    pub(super) fn of(
        dialect: Dialect,
        url: &Url,
        reach: Reach,
        names: Arc<dyn Names>,
    ) -> Result<Self, String> {
        let url = address(dialect, url.as_str())?;
        let malformed = || format!("`{url}` is no address of a database.");
        if dialect == Dialect::Sqlite {
            return Ok(Self::File(file(&url).ok_or_else(malformed)?));
        }
        let database = url.path().trim_start_matches('/');
        let database = percent_encoding::percent_decode_str(database).decode_utf8();
        Ok(Self::Server {
            name: url.host_str().ok_or_else(malformed)?.to_lowercase(),
            port: url.port().unwrap_or_else(|| dialect.port()),
            database: database.map_err(|_| malformed())?.into_owned(),
            reach,
            names,
        })
    }
}

/// Looks a server up and judges where its name leads. On this machine it is reached at the very address that was judged.
/// Elsewhere the library looks the name up once more, and what it finds must show a certificate for that name before it is
/// told anything.
pub(super) async fn judged(
    (name, port, database): (&str, u16, &str),
    reach: Reach,
    names: &dyn Names,
    shown: &str,
) -> Result<Server, EgressError> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let found = match bare.parse() {
        Ok(address) => vec![address],
        Err(_) => names
            .addresses(bare)
            .await
            .map_err(|error| EgressError::Unreached {
                host: shown.to_owned(),
                why: format!("there is no such name, or nobody could be asked: {error}"),
            })?,
    };
    // One bad address is enough: an attacker who mixes them must not get a second try.
    if let Some(address) = found.iter().find(|address| !reach.allows(**address)) {
        return Err(EgressError::Address {
            host: shown.to_owned(),
            address: address.to_string(),
        });
    }
    let first = found.first().ok_or_else(|| EgressError::Unreached {
        host: shown.to_owned(),
        why: "its name leads nowhere".to_owned(),
    })?;
    let near = reach == Reach::ThisMachine;
    Ok(Server {
        host: if near { first.to_string() } else { bare.to_owned() },
        port,
        database: database.to_owned(),
        near,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_place_and_nothing_else() {
        let read = |dialect, text: &str| address(dialect, text).map(|url| url.to_string());
        assert_eq!(
            read(Dialect::Postgresql, "postgresql://DB.example.com/shop/").as_deref(),
            Ok("postgresql://DB.example.com:5432/shop")
        );
        assert_eq!(
            read(Dialect::Mysql, "mariadb://127.0.0.1:3307/shop").as_deref(),
            Ok("mariadb://127.0.0.1:3307/shop")
        );
        assert_eq!(
            read(Dialect::Sqlite, "sqlite:///a/b.db").as_deref(),
            Ok("sqlite:///a/b.db")
        );
        for (dialect, text) in [
            (Dialect::Postgresql, "mysql://db.example.com/shop"),
            (Dialect::Postgresql, "postgresql://db.example.com"),
            (Dialect::Postgresql, "postgresql:///shop"),
            (
                Dialect::Postgresql,
                "postgresql://db.example.com/shop?sslmode=disable",
            ),
            (Dialect::Postgresql, "postgresql://db.example.com/a/b"),
            (Dialect::Sqlite, "sqlite://host/a.db"),
            (Dialect::Sqlite, "sqlite::memory:"),
            (Dialect::Sqlite, "sqlite:///"),
        ] {
            assert!(address(dialect, text).is_err(), "{text}");
        }
        let told = address(Dialect::Mysql, "mysql://ines:hush-hush@db.example.com/shop").unwrap_err();
        assert!(!told.contains("hush-hush"), "{told}");
    }
}
