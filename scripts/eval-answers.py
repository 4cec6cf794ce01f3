#!/usr/bin/env python3
"""Scores the answers of `attache ask` on the questions about the demo documents. `make eval` builds the programs first.

    scripts/eval-answers.py [--documents FOLDER] [--questions FILE] [--near-misses FILE] [--home DIR] [--show]

A question file has one JSON object a line: `id`, `question`, `relevant` (`file`, for a PDF the `page`, and a `passage`
that stands there; empty if nothing answers). A question that the documents answer ends in one of these:

    right file    a citation names a file (and page) that is listed as relevant
    right words   the same, and the quoted words are those listed (counted within `right file`)
    other         answered, citing other places only
    declined      no answer

`in reach` counts questions with a listed file among the first five files that the search finds: beyond them the
answer is the ranking's matter. A question that nothing answers, and a near miss (another customer, product or year than
in any document), has to be declined. The engine was tuned on the odd questions; its confidence and threshold on both.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

FIRST_FILES = 5


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.chdir(root)
    os.environ.setdefault("ATTACHE_RUNTIME", os.path.join(root, "runtime"))
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--attache", default=os.path.join(target, "release", "attache"))
    parser.add_argument("--documents", default="demo/documents")
    parser.add_argument("--questions", default="demo/questions.jsonl")
    parser.add_argument("--near-misses", default="demo/near-misses.jsonl")
    parser.add_argument("--home", help="a home with the documents indexed; else one is made and deleted")
    parser.add_argument("--only", choices=["odd", "even"], help="one half of the questions")
    parser.add_argument("--show", action="store_true", help="print each question with its answer")
    options = parser.parse_args()

    if options.home:
        return report(options, options.home)
    with tempfile.TemporaryDirectory(prefix="attache-eval-answers.") as home:
        run(options, home, "source", "add", options.documents, "--collection", "Evaluation")
        run(options, home, "index")
        return report(options, home)


def run(options, home, *arguments):
    done = subprocess.run(
        [options.attache, "--home", home, "--json", *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


def report(options, home):
    known = [(at, line) for at, line in enumerate(lines(options.questions))]
    near = [(at, line) for at, line in enumerate(lines(options.near_misses))] if options.near_misses else []
    halves = {"odd": [], "even": []}
    for kind, questions in (("answer", known), ("near miss", near)):
        for at, line in questions:
            half = "odd" if at % 2 == 0 else "even"
            if options.only in (None, half):
                halves[half].append(judge(options, home, line, kind))
                if options.show:
                    show(halves[half][-1])
    print(f"{'':6}{'answerable':>11}{'in reach':>10}{'right file':>12}{'of in reach':>12}"
          f"{'right words':>12}{'other':>7}{'declined':>10}   nothing answers: answered   near misses: answered")
    every = halves["odd"] + halves["even"]
    for name, results in (("odd", halves["odd"]), ("even", halves["even"]), ("all", every)):
        count = lambda **wanted: sum(all(one[k] == v for k, v in wanted.items()) for one in results)
        none, near = count(kind="none"), count(kind="near miss")
        reach, right = count(kind="answer", reach=True), count(kind="answer", reach=True, outcome="right")
        print(f"{name:6}{count(kind='answer'):11}{reach:10}{count(kind='answer', outcome='right'):12}"
              f"{f'{right}/{reach}':>12}{count(kind='answer', words=True):12}{count(kind='answer', outcome='other'):7}"
              f"{count(kind='answer', outcome='declined'):10}"
              f"{none - count(kind='none', outcome='declined'):19} of {none:<3}"
              f"{near - count(kind='near miss', outcome='declined'):21} of {near}")
    return 0


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def judge(options, home, line, kind):
    answered = run(options, home, "ask", line["question"])
    relevant = line.get("relevant", [])
    citations = [citation for sentence in answered["answer"] for citation in sentence["citations"]]
    matched = [(one, own) for one in citations for own in relevant if same_place(one, own)]
    if answered["abstained"]:
        outcome = "declined"
    elif matched:
        outcome = "right"
    else:
        outcome = "other"
    if kind == "answer" and not relevant:
        kind = "none"
    reach = False
    if relevant:
        files = []
        for hit in run(options, home, "search", line["question"], "-k", "30")["results"]:
            if hit["file"] not in files:
                files.append(hit["file"])
        reach = any(own["file"] in files[:FIRST_FILES] for own in relevant)
    return {
        "id": line["id"],
        "question": line["question"],
        "kind": kind,
        "outcome": outcome,
        "reach": reach,
        "words": any(same_words(one["quote"], own["passage"]) for one, own in matched),
        "answered": answered,
    }


def same_place(citation, relevant):
    return citation["file"] == relevant["file"] and relevant.get("page") in (None, citation["page"])


def same_words(quote, passage):
    quote, passage = ("".join(text.lower().split()) for text in (quote, passage))
    return quote in passage or passage in quote


def show(result):
    words = " (words)" if result["words"] else ""
    reach = "" if result["reach"] or result["kind"] != "answer" else "  out of reach"
    print(f"{result['id']}  {result['kind']}: {result['outcome']}{words}{reach}  {result['question']}")
    for sentence in result["answered"]["answer"]:
        places = "; ".join(f"{one['file']} {one['place_text']}".strip() for one in sentence["citations"])
        print(f"    {sentence['confidence']:.2f} {sentence['text'][:200]}\n         [{places}]")
    for conflict in result["answered"]["conflicts"]:
        print(f"    conflict: {' / '.join(side['value'] for side in conflict['sides'])}")
    print(f"    {result['answered']['reason']}" if result["answered"]["abstained"] else "", flush=True)


if __name__ == "__main__":
    sys.exit(main())
