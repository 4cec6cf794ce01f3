use tauri::Url;

/// Longest link that is followed.
const LONGEST: usize = 2_000;

/// Where a link `attache://…` leads, as the page names it; nothing for any other text. A link only shows something: a
/// question in it is put into the field and not asked.
pub fn target(link: &str) -> Option<String> {
    let url = Url::parse(link)
        .ok()
        .filter(|url| url.scheme() == "attache" && link.len() <= LONGEST)?;
    let path = url.path().trim_matches('/');
    match (url.host_str()?, path) {
        ("ask", "") => Some(match url.query().filter(|query| query.starts_with("question=")) {
            Some(query) => format!("ask?{query}"),
            None => "ask".to_owned(),
        }),
        (place @ ("inbox" | "library" | "settings"), "") => Some(place.to_owned()),
        (place @ ("conversation" | "inbox"), id) => id.parse::<u32>().ok().map(|id| format!("{place}/{id}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_place_in_the_window_and_nowhere_else() {
        let cases = [
            ("attache://ask", Some("ask")),
            (
                "attache://ask?question=When%20does%20it%20end",
                Some("ask?question=When%20does%20it%20end"),
            ),
            ("attache://library/", Some("library")),
            ("attache://conversation/12", Some("conversation/12")),
            ("attache://inbox", Some("inbox")),
            ("attache://inbox/7", Some("inbox/7")),
            ("attache://inbox/7/approve", None),
            ("attache://approval/7", None),
            ("attache://conversation/-1", None),
            ("attache://conversation/12/delete", None),
            ("attache://erase_everything", None),
            ("https://ask", None),
            ("--home", None),
            ("", None),
        ];
        for (link, leads) in cases {
            assert_eq!(target(link).as_deref(), leads, "{link}");
        }
        assert_eq!(
            target(&format!("attache://ask?question={}", "x".repeat(LONGEST))),
            None
        );
    }
}
