//! From words to records.

use domain::Confidentiality;
use integration::{How, Matched};

use crate::desk::Desk;

async fn matched(desk: &Desk, kind: &str, words: &str) -> Matched {
    desk.connection
        .matching(kind, words, Confidentiality::Internal)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_id_an_address_and_a_title_name_one_record() {
    let desk = Desk::open();
    for (kind, words, id, expected) in [
        ("crm.deals", "20418", "20418", How::Id),
        ("helpdesk.tickets", "#4812", "4812", How::Id),
        ("crm.contacts", "Tor.Eggen@halden-logistics.no", "", How::Words),
        (
            "crm.contacts",
            "tor.eggen@halden-logistics.no",
            "30204",
            How::Field {
                name: "email".to_owned(),
            },
        ),
        ("crm.contacts", "Ingrid Solberg", "30201", How::Words),
        ("crm.deals", "Halden spare parts 2027", "20431", How::Words),
    ] {
        match matched(&desk, kind, words).await {
            Matched::One { record, how, .. } => {
                assert_eq!((record.id.as_str(), &how), (id, &expected), "{words}");
            }
            // The server compares addresses exactly; another spelling is for the person to confirm.
            Matched::Question { .. } | Matched::Nothing => assert_eq!(id, "", "{words}"),
        }
    }
}

#[tokio::test]
async fn two_that_are_close_become_a_question() {
    let desk = Desk::open();
    for (kind, words, among) in [
        ("crm.contacts", "Ingrid", vec!["30201", "30206"]),
        ("crm.deals", "Vestby Cold Storage", vec!["20440", "20441"]),
        // Nobody has this address, whoever has the name.
        ("crm.contacts", "ingrid.solberg@evil.example", vec!["30201"]),
        ("crm.deals", "the Halden deal", vec!["20366", "20418", "20431"]),
        // One alone is still a question when the words hardly fit.
        ("crm.deals", "expansion", vec!["20418"]),
    ] {
        let Matched::Question { candidates } = matched(&desk, kind, words).await else {
            panic!("{words}")
        };
        let ids: Vec<&str> = candidates
            .iter()
            .map(|candidate| candidate.target.id.as_str())
            .collect();
        assert!(among.iter().all(|id| ids.contains(id)), "{words}: {ids:?}");
        assert!(candidates.is_sorted_by(|a, b| a.score >= b.score));
    }
    assert_eq!(matched(&desk, "crm.deals", "zeppelin").await, Matched::Nothing);
    assert_eq!(matched(&desk, "crm.deals", "99999").await, Matched::Nothing);
    assert_eq!(desk.company.applied(), 0);
}
