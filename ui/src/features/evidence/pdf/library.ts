import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFDocumentProxy } from "pdfjs-dist";
import PdfWorker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker";

let worker: Worker | undefined;

/** Data files of pdf.js, shipped beside the page. */
const own = (folder: string): string => new URL(`pdf/${folder}/`, document.baseURI).href;

/**
 * Opens a PDF to be drawn. Only pictures of pages are made: no scripts, no forms, no links, nothing from elsewhere,
 * and no code made from strings.
 */
export async function openPdf(bytes: ArrayBuffer): Promise<PDFDocumentProxy> {
  worker ??= new PdfWorker();
  pdfjs.GlobalWorkerOptions.workerPort = worker;
  return pdfjs.getDocument({
    data: new Uint8Array(bytes),
    cMapUrl: own("cmaps"),
    cMapPacked: true,
    standardFontDataUrl: own("standard_fonts"),
    wasmUrl: own("wasm"),
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: 0,
  }).promise;
}

export type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist";
