/** A PDF that says these lines, and tries what PDFs can try: scripts, links, forms, sounds, files from elsewhere. */
export function paper(lines: readonly string[], listener: string): Buffer {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const stream = (content: string): string =>
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
  const escaped = (text: string): string =>
    [...text.replaceAll(/[\\()]/g, "\\$&")].map((own) => (own >= " " && own <= "~" ? own : "?")).join("");
  const catalog = add("");
  const tree = add("");
  const font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  const go = (action: string): string => `<< /Type /Action ${action} >>`;
  const script = go("/S /JavaScript /JS (app.alert\\(1\\); this.submitForm\\('http://x'\\);)");
  const visit = go(`/S /URI /URI (http://${listener}/uri)`);
  const widget = "/Type /Annot /Rect [0 0 600 840] /F 4";
  const annotations = [
    `<< ${widget} /Subtype /Link /A ${visit} /AA << /PO ${script} /PV ${visit} >> >>`,
    `<< ${widget} /Subtype /Link /A ${go(`/S /Launch /F (http://${listener}/launch)`)} >>`,
    `<< ${widget} /Subtype /Widget /FT /Tx /T (a) /V (b) /A ${go(`/S /SubmitForm /F (http://${listener}/form)`)} >>`,
    `<< ${widget} /Subtype /FreeText /Contents (<img src=//${listener}/note>) /DA (/F 9 Tf) >>`,
    `<< ${widget} /Subtype /Screen /A ${go(`/S /Rendition /JS (${"app.alert\\(2\\)"})`)} >>`,
  ].map((own) => `${add(own)} 0 R`);
  const pages: number[] = [];
  for (let from = 0; from < lines.length; from += 60) {
    const shown = lines.slice(from, from + 60).map((line) => `(${escaped(line).slice(0, 400)}) Tj T*`);
    const content = add(stream(`BT /F 7 Tf 12 TL 20 800 Td ${shown.join("\n")} ET`));
    const resources = `/Resources << /Font << /F ${font} 0 R >> >>`;
    const annots = from === 0 ? `/Annots [${annotations.join(" ")}] /AA << /O ${script} >>` : "";
    pages.push(
      add(
        `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 600 840] /Contents ${content} 0 R ${resources} ${annots} >>`,
      ),
    );
  }
  objects[tree - 1] =
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((own) => `${own} 0 R`).join(" ")}] >>`;
  objects[catalog - 1] =
    `<< /Type /Catalog /Pages ${tree} 0 R /OpenAction ${script} /AA << /WC ${script} >> ` +
    `/AcroForm << /Fields [] /NeedAppearances true >> /Names << /JavaScript << /Names [(x) ${script}] >> >> >>`;
  let text = "%PDF-1.7\n";
  const starts = objects.map((body, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  text += starts.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `trailer << /Size ${objects.length + 1} /Root ${catalog} 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
