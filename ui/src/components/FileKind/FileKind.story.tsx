import { FileKind } from "./FileKind";

export const stories = {
  "Kinds of file": () => (
    <div className="row">
      <FileKind>PDF</FileKind>
      <FileKind>XLSX</FileKind>
      <FileKind>MD</FileKind>
    </div>
  ),
};
