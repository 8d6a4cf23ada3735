#!/bin/sh
# Makes the documents of this folder from harbour.md; see README.md. Needs Debian's pandoc, libreoffice-writer-nogui,
# hyphen-en-gb, chromium, groff, ghostscript, qpdf, unzip and zip. Run it in this folder.
set -e
work=$(mktemp -d)
pandoc harbour.md -o harbour-pandoc.docx
pandoc harbour.md -o harbour-pandoc.epub
pandoc harbour.md --standalone -o harbour-pandoc.html

# LibreOffice: a small page with a running header, a footer with the number of the page, and broken words.
pandoc --print-default-data-file reference.odt > "$work/reference.odt"
(
    cd "$work" && unzip -q reference.odt -d reference && python3 - <<'PYTHON'
import re
from pathlib import Path

styles = Path("reference/styles.xml")
text = styles.read_text()
header = "<style:header><text:p>Sallowby Harbour Office</text:p></style:header>"
footer = (
    '<style:footer><text:p>Page <text:page-number text:select-page="current">1</text:page-number>'
    " of <text:page-count>3</text:page-count></text:p></style:footer>"
)
room = '<style:header-style><style:header-footer-properties fo:min-height="0.4in" fo:margin-bottom="0.2in"/></style:header-style>'
text = re.sub(r"<style:footer>.*?</style:footer>", header + footer, text, flags=re.DOTALL)
text = re.sub(r"<style:header-style\s*/>", room, text)
text = text.replace('fo:page-width="8.5in"', 'fo:page-width="5.8in"').replace('fo:page-height="11in"', 'fo:page-height="8.3in"')
text = text.replace('fo:hyphenate="false"', 'fo:hyphenate="true"').replace('fo:country="US"', 'fo:country="GB"')
text = text.replace('fo:hyphenation-ladder-count="no-limit"', 'fo:hyphenation-ladder-count="no-limit" fo:text-align="justify"')
styles.write_text(text)
PYTHON
    cd reference && zip -q -0 -X ../new.odt mimetype && zip -q -r -X ../new.odt . -x mimetype
)
pandoc harbour.md --reference-doc "$work/new.odt" -o "$work/harbour-writer.odt"
for format in pdf docx html; do
    soffice --headless --convert-to "$format" --outdir . "$work/harbour-writer.odt" >/dev/null 2>&1
done

# Chromium: a small page with justified lines, and bullets that are drawn.
pandoc harbour.md --standalone --self-contained --css print.css -o "$work/print.html"
chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer --print-to-pdf=harbour-chromium.pdf \
    "$work/print.html" 2>/dev/null

# groff: two columns, with words broken at line ends.
{
    printf '.nr PS 10\n.nr VS 12\n.nr PO 1i\n.nr LL 6.2i\n.TL\nSallowby Harbour: The Year of the Long Frost\n.AU\nMaud Ellery\n.2C\n'
    pandoc harbour.md -t ms
} > "$work/harbour.ms"
groff -k -t -ms -Tpdf "$work/harbour.ms" > harbour-groff.pdf 2>/dev/null

# One that asks for a password, and one whose pages are pictures.
qpdf --encrypt secret owner 256 -- harbour-groff.pdf harbour-protected.pdf
gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfimage8 -r40 -sOutputFile=harbour-scanned.pdf harbour-groff.pdf

# An archive of four of them, with a folder and an archive inside.
mkdir -p "$work/zip/notes" && cp harbour.md harbour-pandoc.docx page.html "$work/zip"
printf 'The tide table\n\nHigh water on 9 January was at 04:12, and the tide rose no higher than 2.3 metres.\n' > "$work/zip/notes/tides.txt"
(cd "$work/zip" && zip -q -X inner.zip notes/tides.txt && rm notes/tides.txt && rmdir notes && mkdir notes && mv inner.zip notes && zip -q -r -X ../articles.zip .)
cp "$work/articles.zip" .
rm -r "$work"
