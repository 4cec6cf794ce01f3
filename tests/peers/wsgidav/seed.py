"""Copies some of the demo documents: seed.py DATA DOCUMENTS"""

import json
import pathlib
import shutil
import sys

FOLDERS = ["CRM export", "Customers/Halden", "Knowledge base", "Price lists", "Sales"]


def main(data, documents):
    data, documents = pathlib.Path(data), pathlib.Path(documents)
    files = []
    for folder in FOLDERS:
        for path in sorted((documents / folder).iterdir()):
            if path.is_file():
                name = path.relative_to(documents)
                (data / "files" / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, data / "files" / name)
                files.append(str(name))
    peer = {
        "accounts": {
            "agent": {"user": "agent", "password": "agent-pass-1"},
            "readonly": {"user": "readonly", "password": "readonly-pass-1", "path": "/reading/"},
        },
        "seeded": {"files": files},
    }
    (data / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


main(*sys.argv[1:])
