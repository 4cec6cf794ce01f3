"""Index passages with bm25s and ask it questions, one after the other.

    bm25s_questions.py PASSAGES QUESTIONS

Both files hold a JSON string a line. Prints the milliseconds of each question, cutting it into words included, as
JSON. Settings are those of the first example in bm25s' own documentation; the progress bars are off.
"""

import json
import sys
import time

import bm25s


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    passages, questions = lines(sys.argv[1]), lines(sys.argv[2])
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    del passages

    def ask(question):
        tokens = bm25s.tokenize(question, stopwords="en", show_progress=False)
        return retriever.retrieve(tokens, k=10, show_progress=False)

    for question in questions[:20]:
        ask(question)
    took = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        took.append(1e3 * (time.perf_counter() - started))
    print(json.dumps({"milliseconds": took, "version": bm25s.__version__}))


if __name__ == "__main__":
    main()
