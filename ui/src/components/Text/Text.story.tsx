import { CutName, Marked, Name, Plain, Said } from "./Text";

export const stories = {
  "A sentence of the core with a name": () => (
    <p>
      <Said>The folder `/home/ines/Customers` cannot be reached.</Said>
    </p>
  ),
  "A name where there is little room": () => (
    <div style={{ inlineSize: "11rem" }}>
      <CutName>hubspot-companies-2026-09-24.csv</CutName>
    </div>
  ),
  "Marked text, markup as letters, and a name that tries to turn around": () => (
    <>
      <p>
        <Marked ranges={[{ start: 6, end: 16 }]}>Older bootloader versions reject it.</Marked>
      </p>
      <p>
        <Plain>{"<img src=x onerror=alert(1)>"}</Plain>
      </p>
      <p>
        <Name>{"invoice\u202efdp.exe"}</Name>
      </p>
    </>
  ),
};
