//! What all Office Open XML packages share: relationships between parts, and document properties.

use std::collections::HashMap;

use domain::Document;

use super::xml::{Node, Xml};
use crate::{Stop, package::Package};

/// Where a relationship leads: its type's last word (`footnotes`, `slide`, …) and the part.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) target: String,
}

/// The relationships of a part (ISO/IEC 29500-2, 9.3), without those that lead out of the file.
pub(crate) fn relations(package: &mut Package, part: &str) -> Result<Vec<Relation>, Stop> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let path = if folder.is_empty() {
        format!("_rels/{name}.rels")
    } else {
        format!("{folder}/_rels/{name}.rels")
    };
    let Some(text) = package.text(&path)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(text.as_bytes());
    let mut relations = Vec::new();
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        if tag.name() != "Relationship" || tag.attr("TargetMode").as_deref() == Some("External") {
            continue;
        }
        let (Some(id), Some(kind), Some(target)) = (tag.attr("Id"), tag.attr("Type"), tag.attr("Target"))
        else {
            continue;
        };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        relations.push(Relation {
            id,
            kind,
            target: resolve(folder, &target),
        });
    }
    Ok(relations)
}

/// The part that the package's own relationships name as the document.
pub(crate) fn main_part(package: &mut Package) -> Result<Option<String>, Stop> {
    let relations = relations(package, "")?;
    Ok(relations
        .into_iter()
        .find(|relation| relation.kind == "officeDocument")
        .map(|relation| relation.target))
}

/// A target as a part name: relative to the folder of the part that names it, or absolute.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// Title, author and date of writing from the document properties, `docProps/core.xml` or OpenDocument's `meta.xml`.
pub(crate) fn properties(package: &mut Package, document: &mut Document) -> Result<(), Stop> {
    let name = if package.has("meta.xml") {
        "meta.xml"
    } else {
        "docProps/core.xml"
    };
    let Some(text) = package.text(name)? else {
        return Ok(());
    };
    let mut xml = Xml::new(text.as_bytes());
    let mut found: HashMap<String, String> = HashMap::new();
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        let name = tag.name().to_owned();
        if [
            "title",
            "creator",
            "initial-creator",
            "created",
            "creation-date",
            "modified",
            "date",
        ]
        .contains(&name.as_str())
        {
            let value = xml.text(&[]).trim().to_owned();
            if !value.is_empty() {
                found.entry(name).or_insert(value);
            }
        }
    }
    let mut first = |names: &[&str]| names.iter().find_map(|name| found.remove(*name));
    document.title = first(&["title"]);
    document.author = first(&["initial-creator", "creator"]);
    document.written = first(&["modified", "date", "created", "creation-date"]).map(|date| whole_date(&date));
    Ok(())
}

/// Dates without a time zone are given as plain dates, as RFC 3339 knows no others.
fn whole_date(date: &str) -> String {
    let zoned = date.ends_with('Z') || date.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    match date.split_once('T') {
        Some((day, _)) if !zoned => day.to_owned(),
        _ => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_relative_to_the_part_that_names_them() {
        assert_eq!(
            resolve("ppt/slides", "../notesSlides/notesSlide1.xml"),
            "ppt/notesSlides/notesSlide1.xml"
        );
        assert_eq!(resolve("word", "/word/document.xml"), "word/document.xml");
        assert_eq!(resolve("", "word/document.xml"), "word/document.xml");
        assert_eq!(resolve("word", "../../../etc/passwd"), "etc/passwd");
    }
}
