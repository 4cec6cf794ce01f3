#!/usr/bin/env python3
"""Makes demo/documents from demo/make/sources. See README.md for the tools it needs.

A source starts with `key: value` lines up to `---`; `to:` names the file to make, its ending the format.
The source's own ending says how the body is written: .text (Markdown with \\page), .sheet (tables under
`== Sheet`), .deck (slides under `#`), .mail (messages), .raw (copied, re-encoded by `encoding:`).
"""
import mailbox, re, shutil, subprocess, sys, tempfile
from datetime import datetime, timezone
from email import policy
from email.message import EmailMessage
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile
import openpyxl
from aspose.email_foss import msg
from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from PIL import Image, ImageFilter
from pptx import Presentation
from pptx.dml.color import RGBColor as SlideColor
from pptx.util import Cm as SlideCm, Pt as SlidePt

import generated

HERE = Path(__file__).parent
SOURCES, DOCUMENTS = HERE / "sources", HERE.parent / "documents"
INK = "1F3A5F"
FILTERS = {  # the exact LibreOffice export filter behind each ending
    "docx": "docx:MS Word 2007 XML", "doc": "doc:MS Word 97", "odt": "odt:writer8", "rtf": "rtf:Rich Text Format",
    "xlsx": "xlsx:Calc MS Excel 2007 XML", "xls": "xls:MS Excel 97", "ods": "ods:calc8",
    "pptx": "pptx:Impress MS PowerPoint 2007 XML", "pdf": "pdf",
}
MARGINS_PASSWORD = "moss-2026"  # opens "Margins 2026 protected.xlsx"


def read_source(path):
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    if path.suffix in (".text", ".deck"):  # in set documents a number keeps with its unit
        body = re.sub(r"(?<=\d) (?=[%€°])|(?<=[€§]) (?=\d)", "\u00a0", body)
    return dict(line.split(": ", 1) for line in head.splitlines()), body.strip("\n")


def date_pdf(target, date):
    """Says in a PDF that it was made on `date`: the programs write the day on which they ran. Keeps its length."""
    data = target.read_bytes()
    day = date.replace("-", "").encode()
    dated, count = re.subn(rb"/(CreationDate|ModDate)( ?)\(D:\d{14}", rb"/\1\2(D:" + day + b"120000", data)
    assert count and len(dated) == len(data), target
    target.write_bytes(dated)


def office(source, target, filter_options=""):
    """Opens `source` with LibreOffice and saves it as `target`, in the format of the target's ending."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tempfile.gettempdir()}/make-demo-profile", "--headless",
             "--convert-to", FILTERS[target.suffix[1:]] + filter_options, "--outdir", out, str(source)],
            check=True, capture_output=True)
        shutil.move(next(Path(out).iterdir()), target)


# --- text documents ---------------------------------------------------------------------------------------

def blocks(body):
    """Splits a body into (kind, value) blocks: heading, clause, bullets, numbers, table, page, paragraph."""
    for part in re.split(r"\n\s*\n", body):
        lines = part.strip("\n").split("\n")
        first = lines[0]
        if first.strip() == r"\page":
            yield "page", None
        elif match := re.match(r"(#+) (.*)", first):
            yield f"h{len(match[1])}", match[2]
            if len(lines) > 1:
                yield from blocks("\n".join(lines[1:]))
        elif first.startswith("|"):
            rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
            yield "table", [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
        elif first.startswith("- "):
            yield "bullets", [item.replace("\n", " ") for item in re.split(r"\n(?=- )", part)]
        elif re.match(r"\d+\. ", first):
            yield "numbers", [item.replace("\n", " ") for item in re.split(r"\n(?=\d+\. )", part)]
        elif match := re.match(r"(\d+\.\d+|\(\w\)) (.*)", " ".join(lines)):
            yield "clause", (match[1], match[2])
        else:
            yield "paragraph", [line for line in "\n".join(lines).replace("\\\n", "\0").replace("\n", " ").split("\0")]


def runs(paragraph, text):
    for index, piece in enumerate(re.split(r"\*\*(.+?)\*\*", text)):
        paragraph.add_run(piece).bold = index % 2 == 1
    return paragraph


def field(paragraph, name):
    for kind, text in (("begin", None), (None, name), ("end", None)):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def shade(cell, colour):
    element = OxmlElement("w:shd")
    element.set(qn("w:val"), "clear")
    element.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(element)


def widths(head, rows):
    """Column widths in cm: as given, or by the longest text of each column."""
    if "widths" in head and len(head["widths"].split()) == len(rows[0]):
        return [float(width) for width in head["widths"].split()]
    need = [max(min(max(map(len, texts)), 60), 3 + max(len(word) for text in texts for word in text.split() or [""]))
            for texts in zip(*rows)]
    return [16.4 * length / sum(need) for length in need]


def text_document(head, body, target):
    document = Document()
    font, size = head.get("font", "Carlito"), float(head.get("size", 10.5))
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        style.font.name = font
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            fonts.attrib.pop(qn(attribute), None)
        if name != "Normal":
            style.font.color.rgb = RGBColor.from_string(INK)
    normal = document.styles["Normal"]
    normal.font.size, normal.paragraph_format.space_after = Pt(size), Pt(6)
    normal.paragraph_format.line_spacing = float(head.get("spacing", 1.08))
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), head.get("lang", "en-GB"))
    normal.element.get_or_add_rPr().append(language)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.0)
    top = section.header.paragraphs[0]
    top.paragraph_format.tab_stops.add_tab_stop(Cm(16.4), WD_TAB_ALIGNMENT.RIGHT)
    top.add_run(head.get("header", head["title"]) + "\t\t")
    field(top, "PAGE")
    top.add_run(" / ")
    field(top, "NUMPAGES")
    if "footer" in head:
        section.footer.paragraphs[0].add_run(head["footer"])
    for paragraph in (top, section.footer.paragraphs[0]):
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(8.5), RGBColor(0x66, 0x66, 0x66)
    properties = document.core_properties
    properties.title, properties.author = head["title"], head.get("author", "Ines Okafor")
    properties.created = properties.modified = datetime.fromisoformat(head.get("date", "2026-09-24"))
    properties.comments = ""
    new_page = False
    for kind, value in blocks(body):
        before = len(document.paragraphs)
        if kind == "page":
            new_page = True
            continue
        if kind == "h1":
            document.add_heading(value, 0 if not any(p.style.name == "Title" for p in document.paragraphs) else 1)
        elif kind[0] == "h":
            document.add_heading(value, int(kind[1]) - 1)
        elif kind == "clause":
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(1.2)
            paragraph.paragraph_format.first_line_indent = Cm(-1.2)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(1.2))
            runs(paragraph, f"{value[0]}\t{value[1]}")
        elif kind in ("bullets", "numbers"):
            for item in value:
                style = "List Bullet" if kind == "bullets" else "List Number"
                runs(document.add_paragraph(style=style), re.sub(r"^(-|\d+\.) ", "", item))
        elif kind == "table":
            table = document.add_table(len(value), len(value[0]), style="Table Grid")
            table.autofit = False
            for column, width in enumerate(widths(head, value)):
                table.columns[column].width = Cm(width)
                for cell in table.columns[column].cells:
                    cell.width = Cm(width)
            for row, cells in enumerate(value):
                for column, text in enumerate(cells):
                    cell = table.cell(row, column)
                    cell.paragraphs[0].paragraph_format.space_after = Pt(2)
                    runs(cell.paragraphs[0], f"**{text}**" if row == 0 and text else text)
                    for run in cell.paragraphs[0].runs:
                        run.font.size = Pt(size - 1)
                    if row == 0:
                        shade(cell, "E3E9F1")
            header_row = OxmlElement("w:tblHeader")
            table.rows[0]._tr.get_or_add_trPr().append(header_row)
            document.add_paragraph().paragraph_format.space_after = Pt(2)
        else:
            paragraph = document.add_paragraph()
            for index, line in enumerate(value):
                if index:
                    paragraph.add_run().add_break()
                runs(paragraph, line)
        if new_page:
            document.paragraphs[before].paragraph_format.page_break_before, new_page = True, False
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / (target.stem + ".docx")
        document.save(draft)
        office(draft, target)
    if target.suffix == ".pdf":
        date_pdf(target, properties.created.date().isoformat())


def page_text(head, body, target):
    """HTML and EPUB, by pandoc."""
    target.parent.mkdir(parents=True, exist_ok=True)
    body = re.sub(r"(?m)^\\page$", "", body)
    body = re.sub(r"(?m)^# .*\n", "", body, count=1) if target.suffix == ".html" else body
    with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as draft:
        draft.write(body)
        draft.flush()
        subprocess.run(["pandoc", "-s", "-f", "markdown", draft.name, "-o", str(target), "--metadata",
                        f"title={head['title']}", "--metadata", f"lang={head.get('lang', 'en-GB')}",
                        "--metadata", f"author={head.get('author', 'Northwind Robotics')}"], check=True)


# --- sheets -----------------------------------------------------------------------------------------------

def cell_value(text):
    if text.startswith("=") or not re.fullmatch(r"-?\d+(\.\d+)?(%|€)?", text):
        date = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
        return (datetime(*map(int, date.groups())), "yyyy-mm-dd") if date else (text, None)
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 6), "0.00\u00a0%" if "." in text else "0\u00a0%"
    if text.endswith("€"):
        return float(text[:-1]), '#,##0.00\u00a0"€"' if "." in text else '#,##0\u00a0"€"'
    return (float(text) if "." in text else int(text)), None


def sheet_document(head, body, target, save=office):
    """`== Name` starts a sheet; `|` rows are rows; `!fmt C5:C9 0.00 %` sets a number format; `!head` marks the next row as a head row."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    thin = Side(style="thin", color="C8CED6")
    for part in re.split(r"(?m)^== ", body)[1:]:
        name, _, rest = part.partition("\n")
        sheet = book.create_sheet(name.strip())
        row, heads = 0, set()
        for line in rest.splitlines():
            if line.startswith("!fmt "):
                _, area, number_format = line.split(" ", 2)
                for cells in sheet[area] if ":" in area else ((sheet[area],),):
                    for cell in cells:
                        cell.number_format = number_format.replace(" %", "\u00a0%").replace(" €", '\u00a0"€"')
            elif line.startswith("!head"):
                heads.add(row + 1)
            elif line.startswith("!hide"):
                sheet.sheet_state = "hidden"
            elif line.startswith("|") or not line.strip():
                row += 1
                for column, text in enumerate(line.strip().strip("|").split("|") if line.strip() else [], 1):
                    text = text.strip()
                    if not text:
                        continue
                    cell = sheet.cell(row, column)
                    cell.value, number_format = cell_value(text)
                    if number_format:
                        cell.number_format = number_format
                    if row in heads:
                        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=INK)
                    elif row == 1:
                        cell.font = Font(bold=True, size=14, color=INK)
                    if row in heads or (heads and row > min(heads)):
                        cell.border = Border(thin, thin, thin, thin)
                        cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column in range(1, sheet.max_column + 1):
            width = max((len(str(sheet.cell(r, column).value or "")) for r in range(min(heads, default=1), sheet.max_row + 1)),
                        default=8)
            sheet.column_dimensions[get_column_letter(column)].width = min(max(width + 2, 10), 62)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0
        if heads:
            sheet.freeze_panes = sheet.cell(min(heads) + 1, 1)
    book.properties.title, book.properties.creator = head["title"], head.get("author", "Ines Okafor")
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / (target.stem + ".xlsx")
        book.save(draft)
        save(draft, target)


def with_password(draft, target):
    """Saved by LibreOffice, then encrypted as Excel does (MS-OFFCRYPTO, agile)."""
    saved = draft.with_name("saved.xlsx")
    office(draft, saved)
    target.parent.mkdir(parents=True, exist_ok=True)
    with saved.open("rb") as plain, target.open("wb") as encrypted:
        OOXMLFile(plain).encrypt(MARGINS_PASSWORD, encrypted)


# --- slides -----------------------------------------------------------------------------------------------

def deck_document(head, body, target):
    deck = Presentation()
    deck.slide_width, deck.slide_height = SlideCm(33.87), SlideCm(19.05)
    ink = SlideColor.from_string(INK)
    for number, part in enumerate(re.split(r"(?m)^# ", body)[1:], 1):
        title, _, rest = part.partition("\n")
        notes = re.search(r"(?ms)^Notes: (.*)", rest)
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        band = slide.shapes.add_shape(1, 0, 0, SlideCm(0.6), deck.slide_height)
        band.fill.solid()
        band.fill.fore_color.rgb = ink
        band.line.fill.background()
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = SlideCm(1.8), SlideCm(1), SlideCm(30), SlideCm(2.2)
        shape.text = title.strip()
        run = shape.text_frame.paragraphs[0].runs[0]
        run.font.size, run.font.bold, run.font.color.rgb, run.font.name = SlidePt(32), True, ink, "Carlito"
        shape.text_frame.paragraphs[0].alignment = 1
        top = 3.8
        for kind, value in blocks(re.sub(r"(?ms)^Notes: .*", "", rest).strip("\n") or " "):
            if kind == "table":
                height = 1.1 * len(value)
                table = slide.shapes.add_table(len(value), len(value[0]), SlideCm(1.8), SlideCm(top), SlideCm(30),
                                               SlideCm(height)).table
                for r, cells in enumerate(value):
                    for c, text in enumerate(cells):
                        table.cell(r, c).text = text
                        for paragraph in table.cell(r, c).text_frame.paragraphs:
                            for run in paragraph.runs:
                                run.font.size, run.font.name = SlidePt(16), "Carlito"
            else:
                items = value if isinstance(value, list) else [value]
                height = 1.25 * sum(1 + len(item) // 95 for item in items)
                frame = slide.shapes.add_textbox(SlideCm(1.8), SlideCm(top), SlideCm(30), SlideCm(height)).text_frame
                frame.word_wrap = True
                for index, item in enumerate(items):
                    paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
                    text = re.sub(r"^- ", "•  ", item)
                    for piece, words in enumerate(re.split(r"\*\*(.+?)\*\*", text)):
                        run = paragraph.add_run()
                        run.text, run.font.bold = words, piece % 2 == 1
                        run.font.size, run.font.name = SlidePt(20), "Carlito"
            top += height + 0.5
        foot = slide.shapes.add_textbox(SlideCm(1.8), SlideCm(17.6), SlideCm(30), SlideCm(1)).text_frame
        run = foot.paragraphs[0].add_run()
        run.text = f"{head.get('footer', 'Northwind Robotics')}  ·  {number}"
        run.font.size, run.font.color.rgb = SlidePt(11), SlideColor(0x77, 0x77, 0x77)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes[1].strip().replace("\n", " ")
    deck.core_properties.title, deck.core_properties.author = head["title"], head.get("author", "Ines Okafor")
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / (target.stem + ".pptx")
        deck.save(draft)
        office(draft, target)


# --- mail -------------------------------------------------------------------------------------------------

TYPES = {"pdf": "application/pdf", "csv": "text/csv", "txt": "text/plain", "md": "text/markdown",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "html": "text/html"}


def attach(mail, path):
    kind, _, sub = TYPES[path.suffix[1:]].partition("/")
    data = path.read_bytes()
    mail.add_attachment(data, maintype=kind, subtype=sub, filename=path.name)


def messages(body):
    for number, part in enumerate(re.split(r"(?m)^=====\n", body), 1):
        head, _, text = part.partition("\n\n")
        mail = EmailMessage(policy=policy.SMTP)
        attachments = []
        for line in head.strip().splitlines():
            name, value = line.split(": ", 1)
            if name == "Attach":
                attachments.append(value)
            else:
                mail[name] = value
        if "Message-ID" not in mail:
            stamp = re.sub(r"\D", "", mail["Date"])[:12]
            mail["Message-ID"] = f"<{stamp}.{number}@{mail['From'].addresses[0].domain}>"
        mail.set_content(text.strip() + "\n", cte="quoted-printable")
        for name in attachments:
            attach(mail, DOCUMENTS / name if (DOCUMENTS / name).exists() else SOURCES / name)
        yield mail


def mail_document(head, body, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    mails = list(messages(body))
    if target.suffix == ".mbox":
        box = mailbox.mbox(target)
        for mail in mails:
            entry = mailbox.mboxMessage(mail.as_bytes(policy=policy.default))
            entry.set_from(mail["From"].addresses[0].addr_spec, mail["Date"].datetime.timetuple())
            box.add(entry)
        box.close()
    elif target.suffix == ".msg":
        message = msg.MapiMessage.from_email_message(mails[0])
        message.set_property(msg.PropertyId.MESSAGE_DELIVERY_TIME, mails[0]["Date"].datetime.astimezone(timezone.utc))
        headers = "".join(f"{name}: {value}\r\n" for name, value in mails[0].items() if not name.startswith("Content"))
        message.set_property(msg.PropertyId.TRANSPORT_MESSAGE_HEADERS, headers)
        message.save(str(target))
    else:
        target.write_bytes(mails[0].as_bytes())


# --- the rest ---------------------------------------------------------------------------------------------

def scan(head, body, target):
    """A page of text printed, photographed slightly askew and saved as a PDF without any text."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.pdf"
        text_document(head, body, page)
        subprocess.run(["pdftoppm", "-r", "96", "-gray", "-png", "-singlefile", page, page.with_suffix("")], check=True)
        picture = Image.open(page.with_suffix(".png")).convert("L").rotate(0.7, fillcolor=250).filter(ImageFilter.GaussianBlur(0.5))
        target.parent.mkdir(parents=True, exist_ok=True)
        picture.save(target, "PDF", resolution=96, quality=40)
        date_pdf(target, head.get("date", "2026-09-24"))


def damaged(head, body, target):
    """A Word file of which the second half was lost, as after a broken copy."""
    text_document(head, body, target)
    data = target.read_bytes()
    target.write_bytes(data[: len(data) // 2])


def raw(head, body, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    text = body + "\n"
    if head.get("lines") == "crlf":
        text = text.replace("\n", "\r\n")
    target.write_bytes(text.encode(head.get("encoding", "utf-8")))


def make(path, target=None):
    head, body = read_source(path)
    target = target or DOCUMENTS / head["to"]
    if "body" in head:
        body = getattr(generated, head["body"])(body)
    if "as" in head:
        {"scan": scan, "damaged": damaged,
         "protected": lambda *a: sheet_document(*a, save=with_password)}[head["as"]](head, body, target)
    elif path.suffix == ".text":
        (page_text if target.suffix in (".html", ".epub") else text_document)(head, body, target)
    else:
        {".sheet": sheet_document, ".deck": deck_document, ".mail": mail_document, ".raw": raw}[path.suffix](
            head, body, target)
    return target


if __name__ == "__main__":
    wanted = sys.argv[1:]
    found = [path for path in sorted(SOURCES.iterdir()) if path.suffix in (".text", ".sheet", ".deck", ".mail", ".raw")]
    for path in sorted(found, key=lambda path: path.suffix == ".mail"):  # mails last: they attach the others
        if not wanted or any(word in path.name for word in wanted):
            print(make(path).relative_to(DOCUMENTS))
