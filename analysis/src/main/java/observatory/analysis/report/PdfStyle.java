package observatory.analysis.report;

import java.awt.Color;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** How text looks in a PDF: one of the fonts that every reader has, its size in points, its colour. */
record PdfStyle(PDFont font, float size, Color colour) {
    private static final PDFont REGULAR = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
    private static final PDFont BOLD = new PDType1Font(Standard14Fonts.FontName.HELVETICA_BOLD);
    private static final PDFont MONO = new PDType1Font(Standard14Fonts.FontName.COURIER);

    static PdfStyle of(float size, Color colour) {
        return new PdfStyle(REGULAR, size, colour);
    }

    PdfStyle bold() {
        return new PdfStyle(BOLD, size, colour);
    }

    PdfStyle mono() {
        return new PdfStyle(MONO, size, colour);
    }

    /** From line to line, in points. */
    float leading() {
        return size * 1.38f;
    }
}
