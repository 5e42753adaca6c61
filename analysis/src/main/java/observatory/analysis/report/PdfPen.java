package observatory.analysis.report;

import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;

/** Writes down the pages of a PDF from top to bottom, beginning the next where one is full. Lengths are points. */
final class PdfPen implements AutoCloseable {
    private static final float MARGIN = 46;
    private static final float WIDTH = PDRectangle.A4.getWidth() - 2 * MARGIN;
    private static final float NAMES = 108; // the first column of rows
    private static final Color SOFT = new Color(0x4B5563);

    private final PDDocument document;
    private final String footer;
    private PDPageContentStream page;
    private int pages;
    private float y;

    PdfPen(PDDocument document, String footer) throws IOException {
        this.document = document;
        this.footer = footer;
        next();
    }

    void gap(float height) {
        y -= height;
    }

    /** Begins the next page where less than this is left. */
    void keep(float height) throws IOException {
        if (y - height < MARGIN) {
            next();
        }
    }

    void text(String text, PdfStyle style) throws IOException {
        for (String line : PdfText.lines(text, style, WIDTH)) {
            keep(style.leading());
            y -= style.leading();
            put(line, style, MARGIN);
        }
        y -= 2;
    }

    /** Text beside a bar of a colour. */
    void box(String text, PdfStyle style, Color colour) throws IOException {
        List<String> lines = PdfText.lines(text, style, WIDTH - 24);
        float height = lines.size() * style.leading() + 14;
        keep(height);
        fill(new Color(0xF6F7F9), MARGIN, y - height, WIDTH, height);
        fill(colour, MARGIN, y - height, 4, height);
        float below = y - height;
        y -= 5;
        for (String line : lines) {
            y -= style.leading();
            put(line, style, MARGIN + 14);
        }
        y = below;
    }

    /** A name and, beside it, what it is. */
    void row(String name, String value, PdfStyle style) throws IOException {
        PdfStyle soft = new PdfStyle(style.font(), style.size(), SOFT);
        List<String> names = PdfText.lines(name, soft, NAMES - 8);
        List<String> values = PdfText.lines(value, style, WIDTH - NAMES);
        for (int i = 0; i < Math.max(names.size(), values.size()); i++) {
            keep(style.leading());
            y -= style.leading();
            if (i < names.size()) {
                put(names.get(i), soft, MARGIN);
            }
            if (i < values.size()) {
                put(values.get(i), style, MARGIN + NAMES);
            }
        }
        y -= 2;
    }

    void picture(Figure figure, String beside) throws IOException {
        float height = WIDTH * figure.height() / figure.width();
        keep(height + 24);
        text(
                figure.title() + (beside.isEmpty() ? "" : "   (" + beside + ")"),
                PdfStyle.of(9.5f, SOFT).bold());
        y -= height;
        page.drawImage(LosslessFactory.createFromImage(document, figure.image()), MARGIN, y, WIDTH, height);
        y -= 6;
    }

    void rule(Color colour, float thickness) throws IOException {
        y -= 4;
        fill(colour, MARGIN, y, WIDTH, thickness);
        y -= 2;
    }

    private void put(String line, PdfStyle style, float x) throws IOException {
        page.beginText();
        page.setFont(style.font(), style.size());
        page.setNonStrokingColor(style.colour());
        page.newLineAtOffset(x, y);
        page.showText(line);
        page.endText();
    }

    private void fill(Color colour, float x, float bottom, float width, float height) throws IOException {
        page.setNonStrokingColor(colour);
        page.addRect(x, bottom, width, height);
        page.fill();
    }

    private void next() throws IOException {
        close();
        PDPage fresh = new PDPage(PDRectangle.A4);
        document.addPage(fresh);
        page = new PDPageContentStream(document, fresh);
        pages++;
        y = MARGIN - 18;
        PdfStyle small = PdfStyle.of(8, SOFT);
        put(
                PdfText.lines("Stability Observatory · " + footer + " · page " + pages, small, WIDTH)
                        .getFirst(),
                small,
                MARGIN);
        y = PDRectangle.A4.getHeight() - MARGIN;
    }

    @Override
    public void close() throws IOException {
        if (page != null) {
            page.close();
            page = null;
        }
    }
}
