// Prints the text of the PDF named on the command line as pdf.js gives it.
import { readFile } from "node:fs/promises";
import { getDocument, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";

const own = (name) => new URL(`node_modules/pdfjs-dist/${name}/`, import.meta.url).pathname;
const pdf = await getDocument({
  data: new Uint8Array(await readFile(process.argv[2])),
  cMapUrl: own("cmaps"),
  cMapPacked: true,
  standardFontDataUrl: own("standard_fonts"),
  verbosity: VerbosityLevel.ERRORS,
}).promise;
for (let number = 1; number <= pdf.numPages; number++) {
  const { items } = await (await pdf.getPage(number)).getTextContent();
  const text = items.map((item) => (item.str ?? "") + (item.hasEOL ? "\n" : "")).join("");
  process.stdout.write(text + "\n");
}
