#!/usr/bin/env python3
"""Makes tests/fixtures/documents (one small file of each format) and tests/fixtures/hostile, with manifests."""
import io, json, random, re, shutil, struct, subprocess, tempfile, zipfile, zlib
from email.message import EmailMessage
from email import policy
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile
from PIL import Image

import make

FIXTURES = Path(__file__).parents[2] / "tests" / "fixtures"
GOOD, HOSTILE = FIXTURES / "documents", FIXTURES / "hostile"
README_DOCUMENTS = """# One small file of each format

Made by `demo/make/fixtures.py` with LibreOffice, pandoc and the Python packages named in `demo/make/README.md`.
Own text, licence Apache-2.0 as the project.

`manifest.jsonl`, one line a file: `file`; `expect`, the status of reading it; `must_contain`, strings that the text
must contain (compare after NFKC, case folding and removal of all white space and soft hyphens); `places`, where a
string stands (`page`, `slide`, or `sheet` and `cell`).

Worth knowing: `deck.pptx` has a speaker note, `mail.eml` and `mail.msg` an attached CSV, `box.mbox` three letters, one
with an attached PDF and one with a body line that starts with `From `. `note-*.txt` are one text in three encodings.
"""
README_HOSTILE = """# Files that want to do harm, or are broken

Made by `demo/make/fixtures.py`; own text, licence Apache-2.0 as the project. Open them only with limits on memory and
time: `bomb.docx` grows to 80 MB, `bomb-overlap.docx` to 5.6 GB and `bomb.pdf` to 1 GB when unpacked.

`manifest.jsonl`, one line a file: `file`; `expect`, the status that describes it best (`any`: every status within the
limits of time and memory is right); `or`, further statuses that are right too; `must_contain`, only for status `ok`;
`must_not_contain`, for every status; `password`, for those that are locked.

Not stored here, because large: a sheet of 200,000 rows, a cell of 1 MB, a PDF with 10,000 pages. Tests make them.
"""
manifest = {GOOD: [], HOSTILE: []}


def entry(folder, file, expect, must_contain=(), **more):
    manifest[folder].append({"file": file, "expect": expect, "must_contain": list(must_contain), **more})
    return folder / file


# --- one file of each format ------------------------------------------------------------------------------

CHECKLIST = """# Weekly check of the Carrier 300

Every unit is checked once a week by the super user of the shift. The check takes about nine minutes.

## Safety scanners

Wipe both scanner windows with the blue cloth. A scratch longer than 15\u00a0mm is reported.

| Check | Limit | Tool |
|---|---|---|
| Stopping distance at 1.2 m/s | 0.45 m | tape measure |
| Wheel diameter | 158 mm | calliper |

\\page

## Battery

The battery is replaced when its capacity falls below 80\u00a0% of the rated value of 48 Ah.

- Contacts are dry and bright.
- The charging station shows a green ring.

\\page

## Reporting

Findings go to service@northwind-robotics.com with the serial number, for example C300-01187.
"""
CHECKLIST_TEXT = ["checked once a week by the super user", "Stopping distance at 1.2 m/s", "0.45 m",
                  "falls below 80\u00a0% of the rated value of 48 Ah", "C300-01187"]

PRICES = """== Spare parts
|Spare parts, valid from 1 July 2026|||

!head
|Order code|Part|Price|Stock Trondheim|
|SP-2210|Drive wheel, polyurethane|148€|212|
|SP-2214|Safety scanner window|39.50€|84|
|SP-3007|Battery 48 Ah|2190€|17|
|SP-3011|Charging contact, pair|64€|130|
|Total|all parts|=SUM(C4:C7)|=SUM(D4:D7)|
== Discounts
|Discounts on spare parts||

!head
|From order value|Discount|Approved by|
|2500€|3%|account manager|
|10000€|7.5%|Kari Holm|
!fmt B5 0.0 %
"""

DECK = """# Spare parts in four days
- Central store in Trondheim, cut-off at 15:00
- 96 % of all orders leave on the same day

Notes: Say that express delivery costs 35 euro.
# Most ordered parts
| Part | Pieces in 2026 |
|---|---|
| Drive wheel | 1,310 |
| Scanner window | 402 |
# Next steps
- Halden gets a consignment stock in Moss by 1 November
"""

MAIL = """From: Lars Holt <lars.holt@brevik-cold.example>
To: Ines Okafor <ines.okafor@northwind-robotics.com>
Date: Wed, 23 Sep 2026 09:12:00 +0200
Subject: Spare wheels for the cold store – påminnelse
Attach: units.csv

Hello Ines,

the two wheels of order SO-7741 have not arrived. We need them before Tuesday, otherwise unit 7 stands still.

Med vennlig hilsen
Lars Holt
"""

UNITS = '''Serial;Site;Software;Bootloader;Battery cycles
C300-01181;Moss DC 1;4.1.6;1.8.2;412
C300-01182;Moss DC 1;4.2.1;1.9.2;398
"C300-01203";"Fredrikstad ""North""";4.1.8;1.9.2;377
'''

GERMAN = """Gesprächsnotiz, 22. September 2026

Herr Dr. Weiß möchte die Prüfung der Notaus-Schalter auf März verschieben.
Die Gebühr beträgt 480 € je Gerät, zahlbar nach der Abnahme in Lübeck.
"""


def documents():
    GOOD.mkdir(parents=True, exist_ok=True)
    head = {"title": "Weekly check of the Carrier 300", "author": "Northwind Robotics", "date": "2026-09-01",
            "header": "Work instruction WI-031"}
    places = {"pdf": [{"text": "once a week by the super user", "page": 1}, {"text": "rated value of 48 Ah", "page": 2},
                      {"text": "C300-01187", "page": 3}]}
    for ending in ("pdf", "docx", "doc", "odt", "rtf"):
        make.text_document(head, CHECKLIST, entry(GOOD, f"checklist.{ending}", "ok", CHECKLIST_TEXT,
                                                  **({"places": places[ending]} if ending in places else {})))
    for ending in ("html", "epub"):
        make.page_text(head, CHECKLIST, entry(GOOD, f"checklist.{ending}", "ok", CHECKLIST_TEXT))
    text = CHECKLIST.replace("\\page\n\n", "")
    entry(GOOD, "checklist.md", "ok", CHECKLIST_TEXT).write_text(text, encoding="utf-8")
    for ending in ("xlsx", "xls", "ods"):
        make.sheet_document({"title": "Spare parts", "author": "Northwind Robotics"}, PRICES, entry(
            GOOD, f"prices.{ending}", "ok", ["Drive wheel, polyurethane", "SP-3007", "148", "Approved by", "Kari Holm"],
            places=[{"text": "Battery 48 Ah", "sheet": "Spare parts", "cell": "B6"},
                    {"text": "Kari Holm", "sheet": "Discounts", "cell": "C5"}]))
    make.deck_document({"title": "Spare parts in four days"}, DECK, entry(
        GOOD, "deck.pptx", "ok", ["cut-off at 15:00", "Scanner window", "consignment stock in Moss", "express delivery"],
        places=[{"text": "cut-off at 15:00", "slide": 1}, {"text": "Scanner window", "slide": 2},
                {"text": "consignment stock in Moss", "slide": 3}]))
    entry(GOOD, "units.csv", "ok", ["C300-01182", "Bootloader", 'Fredrikstad "North"']).write_text(UNITS)
    entry(GOOD, "note-utf-8.txt", "ok", ["Herr Dr. Weiß möchte", "480 €"]).write_bytes(GERMAN.encode("utf-8"))
    entry(GOOD, "note-windows-1252.txt", "ok", ["Herr Dr. Weiß möchte", "480 €"]).write_bytes(
        GERMAN.replace("\n", "\r\n").encode("cp1252"))
    entry(GOOD, "note-utf-16.txt", "ok", ["Herr Dr. Weiß möchte", "480 €"]).write_bytes(GERMAN.encode("utf-16"))
    make.DOCUMENTS = GOOD  # attachments come from here
    said = ["the two wheels of order SO-7741", "påminnelse", "lars.holt@brevik-cold.example", "C300-01182"]
    make.mail_document({}, MAIL, entry(GOOD, "mail.eml", "ok", said))
    make.mail_document({}, MAIL, entry(GOOD, "mail.msg", "ok", said))
    box = "=====\n".join([
        MAIL.replace("units.csv", "checklist.pdf"),
        "From: Ines Okafor <ines.okafor@northwind-robotics.com>\nTo: Lars Holt <lars.holt@brevik-cold.example>\n"
        "Date: Wed, 23 Sep 2026 10:40:00 +0200\nSubject: Re: Spare wheels for the cold store\n\n"
        "Hello Lars,\n\nFrom the store in Trondheim I hear that they left yesterday with tracking 70721.\n\nInes\n",
        "From: Lars Holt <lars.holt@brevik-cold.example>\nTo: Ines Okafor <ines.okafor@northwind-robotics.com>\n"
        "Date: Thu, 24 Sep 2026 08:05:00 +0200\nSubject: Re: Spare wheels for the cold store\n\n"
        "Both wheels are here and mounted, unit 7 drives again.\n"])
    make.mail_document({}, box, entry(GOOD, "box.mbox", "ok", [
        "the two wheels of order SO-7741", "From the store in Trondheim I hear", "unit 7 drives again",
        "rated value of 48 Ah"]))
    entry(GOOD, "codes.json", "ok", ["E-217", "Package signature not accepted"]).write_text(json.dumps(
        {"codes": [{"code": "E-204", "text": "Not enough free space", "severity": 3},
                   {"code": "E-217", "text": "Package signature not accepted", "severity": 2}]}, indent=2) + "\n")
    entry(GOOD, "codes.xml", "ok", ["E-217", "Package signature not accepted"]).write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<codes product="Carrier 300">\n'
        '  <code id="E-204" severity="3">Not enough free space</code>\n'
        '  <code id="E-217" severity="2">Package signature not accepted</code>\n</codes>\n')
    make.scan({"title": "Delivery note"}, "# Delivery note 5512\n\nTwo drive wheels, received in Brevik.",
              entry(GOOD, "scan.pdf", "image_only"))


# --- hostile files ----------------------------------------------------------------------------------------

DOCX = {  # the smallest Word file
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="word/document.xml"/></Relationships>',
}
W = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
W_END = "</w:body></w:document>"
XLSX = {  # the smallest Excel file
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": DOCX["_rels/.rels"].replace("word/document.xml", "xl/workbook.xml"),
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1"'
        ' r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
}
LAUGHS = ('<!DOCTYPE x [<!ENTITY a0 "ha ">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)) + "]>")


def package(path, parts, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression, compresslevel=9) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 1, 8, 0, 0)), data, compression, 9)


def paragraphs(text):
    return W + f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" + W_END


def overlapping(path, parts, size, count):
    """A zip in which `count` directory entries share one compressed stretch of `size` bytes."""
    package(path, {**parts, "word/media/x.xml": b"\0" * size})
    data = path.read_bytes()
    end = data.rindex(b"PK\5\6")
    total, length, start = struct.unpack("<HII", data[end + 10:end + 20])
    directory = data[start:start + length]
    last = directory[directory.rindex(b"PK\1\2"):]
    more = b"".join(last.replace(b"media/x.xml", b"media/%03x.x" % n) for n in range(count))
    path.write_bytes(data[:start] + directory + more
                     + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, total + count, total + count,
                                   length + len(more), start, 0))


def pdf(path, objects, trailer=b"/Root 1 0 R"):
    out, offsets = io.BytesIO(b""), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))
    path.write_bytes(out.getvalue())


def squeezed(size):
    """`size` spaces through Flate twice, without holding them in memory."""
    packer, once = zlib.compressobj(9), []
    for _ in range(size // 1_000_000):
        once.append(packer.compress(b" " * 1_000_000))
    return zlib.compress(b"".join(once) + packer.flush(), 9)


def save_locked(source, target, filter_name):
    """LibreOffice's own password protection, which its command line does not offer; needs python3-uno."""
    script = """
import subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue
source, target, name, profile = sys.argv[1:]
office = subprocess.Popen(["soffice", "-env:UserInstallation=" + profile, "--headless", "--norestore",
                           "--accept=pipe,name=locked;urp;"])
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
for attempt in range(60):
    try:
        context = resolver.resolve("uno:pipe,name=locked;urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.5)
def value(key, setting):
    return PropertyValue(Name=key, Value=setting)
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(source), "_blank", 0, (value("Hidden", True),))
document.storeToURL(uno.systemPathToFileUrl(target), (value("FilterName", name), value("Password", "moss")))
document.close(True)
desktop.terminate()
office.wait()
"""
    profile = f"file://{tempfile.gettempdir()}/make-demo-profile"
    subprocess.run(["/usr/bin/python3", "-c", script, str(source), str(target), filter_name, profile], check=True)


def hostile():
    HOSTILE.mkdir(parents=True, exist_ok=True)
    ok, corrupt = ["ok"], ["corrupt"]

    # Nothing in it
    for ending in ("pdf", "docx", "doc", "xlsx", "xls", "pptx", "odt", "csv", "html", "md", "txt", "eml", "msg",
                   "mbox", "epub", "json", "xml", "rtf"):
        entry(HOSTILE, f"zero-byte.{ending}", "empty").write_bytes(b"")
    entry(HOSTILE, "blank.txt", "empty").write_text(" \n\t\n \u00a0\n", encoding="utf-8")
    package(entry(HOSTILE, "blank.docx", "empty"), {**DOCX, "word/document.xml": W + "<w:p/>" + W_END})

    # Cut off
    for name in ("checklist.pdf", "checklist.docx", "checklist.odt", "checklist.epub", "checklist.doc", "prices.xlsx",
                 "prices.xls", "prices.ods", "deck.pptx", "mail.msg"):
        data = (GOOD / name).read_bytes()
        share = 0.35 if name.endswith(("doc", "xls", "msg")) else 0.5
        also = ["ok", "empty", "image_only"] if name.endswith(("pdf", "doc", "xls", "msg")) else ["unsupported"]
        entry(HOSTILE, f"truncated-{name}", "corrupt", **{"or": also}).write_bytes(data[: int(len(data) * share)])
    data = (GOOD / "checklist.docx").read_bytes()
    entry(HOSTILE, "one-byte-wrong.docx", "corrupt", **{"or": ok}).write_bytes(
        data[:len(data) // 3] + bytes([data[len(data) // 3] ^ 0xFF]) + data[len(data) // 3 + 1:])
    dice = random.Random(7)
    data = bytearray((GOOD / "checklist.pdf").read_bytes())
    for _ in range(400):
        data[dice.randrange(len(data))] = dice.randrange(256)
    entry(HOSTILE, "scrambled.pdf", "any").write_bytes(data)

    # Another thing than its name says
    picture = io.BytesIO()
    Image.new("RGB", (160, 120), (30, 60, 95)).save(picture, "PNG")
    entry(HOSTILE, "picture-named.pdf", "unsupported", **{"or": corrupt + ["image_only"]}).write_bytes(picture.getvalue())
    entry(HOSTILE, "picture.png", "unsupported", **{"or": ["image_only"]}).write_bytes(picture.getvalue())
    entry(HOSTILE, "text-named.docx", "corrupt", **{"or": ["ok", "unsupported"]}).write_text(
        "This is a plain note that somebody renamed to a Word file.\n")
    shutil.copy(GOOD / "checklist.pdf", entry(HOSTILE, "pdf-named.docx", "ok", **{"or": ["corrupt", "unsupported"]}))
    shutil.copy(GOOD / "prices.xlsx", entry(HOSTILE, "sheet-named.doc", "ok", **{"or": ["corrupt", "unsupported"]}))
    entry(HOSTILE, "html-named.xls", "ok", **{"or": ["corrupt", "unsupported"]}).write_text(
        "<html><body><table><tr><td>Order code</td><td>Price</td></tr><tr><td>SP-2210</td><td>148</td></tr>"
        "</table></body></html>")
    package(entry(HOSTILE, "zip-named.docx", "unsupported", **{"or": corrupt}), {"readme.txt": "no Word parts here"})
    entry(HOSTILE, "program.exe", "unsupported").write_bytes(b"MZ" + bytes(random.Random(1).randbytes(4000)))
    entry(HOSTILE, "noise.txt", "any").write_bytes(random.Random(2).randbytes(8000))
    entry(HOSTILE, "header-only.pdf", "corrupt", **{"or": ["empty"]}).write_bytes(b"%PDF-1.7\n")

    # Locked
    head = {"title": "Locked", "header": "Locked"}
    text = "# Locked\n\nThe reserve price is 29,900 euro."
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.docx"
        make.text_document(head, text, plain)
        options = ':writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":' \
                  '{"type":"string","value":"moss"}}'
        make.office(plain, entry(HOSTILE, "encrypted.pdf", "encrypted", password="moss"), options)
        options = ':writer_pdf_Export:{"RestrictPermissions":{"type":"boolean","value":"true"},"PermissionPassword":' \
                  '{"type":"string","value":"moss"},"Printing":{"type":"long","value":"0"},' \
                  '"EnableCopyingOfContent":{"type":"boolean","value":"true"}}'
        make.office(plain, entry(HOSTILE, "printing-forbidden.pdf", "ok", ["The reserve price is 29,900 euro"]), options)
        for name, source in (("encrypted.docx", plain), ("encrypted.xlsx", GOOD / "prices.xlsx"),
                             ("encrypted.pptx", GOOD / "deck.pptx")):
            with source.open("rb") as clear, entry(HOSTILE, name, "encrypted", password="moss").open("wb") as locked:
                OOXMLFile(clear).encrypt("moss", locked)
        for ending, name in (("odt", "writer8"), ("doc", "MS Word 97"), ("xls", "MS Excel 97")):
            source = GOOD / "prices.ods" if ending == "xls" else plain
            save_locked(source, entry(HOSTILE, f"encrypted.{ending}", "encrypted", password="moss"), name)

    # Small outside, large inside
    package(entry(HOSTILE, "bomb.docx", "too_large", **{"or": ["timeout", "corrupt", "empty", "ok"]}),
            {**DOCX, "word/document.xml": (paragraphs("A" * 80_000_000)).encode()})
    package(entry(HOSTILE, "bomb.xlsx", "too_large", **{"or": ["timeout", "corrupt", "empty", "ok"]}),
            {**XLSX, "xl/worksheets/sheet1.xml": ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
             'main"><sheetData>' + "<row><c t=\"inlineStr\"><is><t>A</t></is></c></row>" * 600_000
             + "</sheetData></worksheet>").encode()})
    overlapping(entry(HOSTILE, "bomb-overlap.docx", "any"), {**DOCX, "word/document.xml": paragraphs("small")},
                8_000_000, 700)
    stream = squeezed(1_000_000_000)
    pdf(entry(HOSTILE, "bomb.pdf", "any"), [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(stream), stream)])
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
             '<row r="1"><c r="A1" t="inlineStr"><is><t>first corner</t></is></c></row>'
             '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>last corner</t></is></c></row>'
             "</sheetData></worksheet>")
    package(entry(HOSTILE, "two-corners.xlsx", "any"), {**XLSX, "xl/worksheets/sheet1.xml": sheet})

    # Entities
    entry(HOSTILE, "laughs.xml", "any").write_text('<?xml version="1.0"?>' + LAUGHS + "<x>&a10;</x>")
    entry(HOSTILE, "laughs.svg", "any").write_text(
        LAUGHS.replace("DOCTYPE x", "DOCTYPE svg") + '<svg xmlns="http://www.w3.org/2000/svg"><text>&a10;</text></svg>')
    package(entry(HOSTILE, "laughs.docx", "any"), {
        **DOCX, "word/document.xml": LAUGHS.replace("DOCTYPE x", "DOCTYPE w:document") + paragraphs("&a10;")})
    entry(HOSTILE, "quadratic.xml", "any").write_text(
        f'<!DOCTYPE x [<!ENTITY a "{"A" * 20_000}">]><x>{"&a;" * 8_000}</x>')
    secret = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">'
    entry(HOSTILE, "outside-file.xml", "any", must_not_contain=["root:"]).write_text(
        secret + ']><x>before &f; after</x>')
    entry(HOSTILE, "outside-address.xml", "any").write_text(
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY f SYSTEM "http://127.0.0.1:9/f">]><x>&f;</x>')
    package(entry(HOSTILE, "outside-file.docx", "any", must_not_contain=["root:"]),
            {**DOCX, "word/document.xml": secret.replace("DOCTYPE x", "DOCTYPE w:document") + "]>" + paragraphs("&f;")})

    # Deep and long
    entry(HOSTILE, "deep.html", "any").write_text(
        "<html><body><p>outside words</p>" + "<div>" * 5_000 + "inside" + "</div>" * 5_000 + "</body></html>")
    entry(HOSTILE, "deep.json", "any").write_text("[" * 30_000 + '"inside"' + "]" * 30_000)
    entry(HOSTILE, "deep.xml", "any").write_text("<a>" * 8_000 + "inside" + "</a>" * 8_000)
    entry(HOSTILE, "deep.rtf", "any").write_text(r"{\rtf1\ansi " + "{" * 20_000 + "inside" + "}" * 20_000 + "}")
    entry(HOSTILE, "deep.md", "any").write_text(">" * 8_000 + " inside\n\n" + "[" * 8_000 + "a" + "](b)" * 8_000 + "\n")
    entry(HOSTILE, "one-line.txt", "ok", ["the last words of the line"]).write_text(
        " ".join(f"pallet {n} went to dock {n % 14}" for n in range(2_500)) + " the last words of the line")
    entry(HOSTILE, "one-word.txt", "any").write_text("x" * 60_000)
    entry(HOSTILE, "large-cell.csv", "ok", ["after the large cell"]).write_text(
        'Note,Site\n"' + "long text " * 5_000 + '",Moss\nafter the large cell,Brevik\n')
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "a@northwind.example", "b@northwind.example", "Level 30"
    mail.set_content("The innermost letter.\n")
    for level in range(29, -1, -1):
        outer = EmailMessage(policy=policy.SMTP)
        outer["From"], outer["To"], outer["Subject"] = "a@northwind.example", "b@northwind.example", f"Level {level}"
        outer.set_content(f"See the letter inside, level {level}.\n")
        outer.add_attachment(mail)
        mail = outer
    entry(HOSTILE, "thirty-deep.eml", "ok", ["Level 0", "level 0."], **{"or": ["too_large"]}).write_bytes(mail.as_bytes())

    # Loops, lies and tricks
    pdf(entry(HOSTILE, "page-loop.pdf", "any"), [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])
    pdf(entry(HOSTILE, "page-count-lie.pdf", "any"), [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"])
    whole = (GOOD / "checklist.pdf").read_bytes()
    entry(HOSTILE, "lost-xref.pdf", "ok", ["once a week by the super user"], **{"or": corrupt}).write_bytes(
        re.sub(rb"startxref\s+\d+", b"startxref\n1", whole))
    data = bytearray((GOOD / "checklist.doc").read_bytes())
    fat = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    for slot in range(0, 512, 4):
        struct.pack_into("<I", data, fat + slot, 1)
    entry(HOSTILE, "sector-loop.doc", "any").write_bytes(data)
    trick = EmailMessage(policy=policy.SMTP)
    trick["From"], trick["To"], trick["Subject"] = "x@outside.example", "ines.okafor@northwind-robotics.com", "Plan"
    trick.set_content("The plan is attached.\n")
    trick.add_attachment(b"* * * * * root echo", maintype="text", subtype="plain", filename="../../../etc/cron.d/plan")
    entry(HOSTILE, "climbing-name.eml", "ok", ["The plan is attached"]).write_bytes(trick.as_bytes())
    entry(HOSTILE, "broken-encoding.eml", "ok", ["Subject of the broken mail"]).write_bytes(
        b"From: a@b.example\r\nSubject: Subject of the broken mail\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=xx\r\n\r\n--xx\r\nContent-Type: text/plain; charset=klingon\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n###not base64###\r\n--xx\r\nContent-Type: application/pdf\r\n\r\n")
    package(entry(HOSTILE, "climbing-part.epub", "any"), {
        "mimetype": "application/epub+zip", "META-INF/container.xml":
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile '
        'full-path="../../../../etc/passwd" media-type="application/oebps-package+xml"/></rootfiles></container>'})
    package(entry(HOSTILE, "far-template.docx", "ok", ["The quiet warehouse"]), {
        **DOCX, "word/document.xml": paragraphs("The quiet warehouse"),
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'attachedTemplate" Target="http://127.0.0.1:9/t.dotm" TargetMode="External"/></Relationships>'})
    entry(HOSTILE, "outside-picture.html", "ok", ["The page text"], must_not_contain=["stolen()"]).write_text(
        '<html><head><script>stolen()</script></head><body><img src="http://127.0.0.1:9/pixel.png">'
        "<p>The page text</p></body></html>")
    entry(HOSTILE, "null-bytes.csv", "any").write_bytes(b"Serial\0;Site\n" + b"C300-01181;\0\0Moss\n" * 50)


if __name__ == "__main__":
    for folder in (GOOD, HOSTILE):
        shutil.rmtree(folder, ignore_errors=True)
    documents()
    hostile()
    (FIXTURES / "documents" / "README.md").write_text(README_DOCUMENTS)
    (FIXTURES / "hostile" / "README.md").write_text(README_HOSTILE)
    for folder, lines in manifest.items():
        (folder / "manifest.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        print(folder, len(lines), sum(path.stat().st_size for path in folder.iterdir()))
