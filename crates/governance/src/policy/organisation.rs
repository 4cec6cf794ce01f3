use std::collections::BTreeSet;

/// Providers whose addresses anybody can have, one domain a line, and such with a country behind the dot as `name.*`. An
/// address there says nothing about whom its owner works for.
const PUBLIC: &str = include_str!("public_mail.txt");

/// Whose addresses are inside the organisation of somebody with this address: all of its domain, in lower case, and of the
/// domains below it. With an address that anybody can have, only they themselves are; without a domain nobody is.
pub fn organisation_of(address: &str) -> BTreeSet<String> {
    let address = address.trim().to_lowercase();
    let Some((_, domain)) = address.rsplit_once('@').filter(|(_, domain)| !domain.is_empty()) else {
        return BTreeSet::new();
    };
    let own = if is_public(domain) { &address } else { domain };
    BTreeSet::from([own.to_owned()])
}

fn is_public(domain: &str) -> bool {
    PUBLIC
        .lines()
        .filter(|line| !line.starts_with('#'))
        .any(|line| match line.strip_suffix('*') {
            Some(front) => domain.starts_with(front),
            None => domain == line,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_of_a_companys_domain_is_inside() {
        assert_eq!(
            organisation_of("Ines@Northwind.example"),
            ["northwind.example".to_owned()].into()
        );
    }

    #[test]
    fn at_a_provider_for_everybody_only_the_person_is_inside() {
        for address in ["ines@gmail.com", "ines@yahoo.co.uk", "ines@hotmail.de"] {
            assert_eq!(organisation_of(address), [address.to_owned()].into());
        }
    }

    #[test]
    fn without_a_domain_nobody_is_inside() {
        assert!(organisation_of("ines").is_empty() && organisation_of("ines@").is_empty());
    }
}
