package observatory.analysis.report;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import observatory.analysis.Severity;
import org.apache.pdfbox.pdmodel.PDDocument;

/** A post-mortem as a PDF of A4 pages, with the same words and pictures as the HTML page. */
public final class PdfReport {
    private static final Color INK = new Color(0x1F2937);
    private static final Color SOFT = new Color(0x4B5563);
    private static final Color LINE = new Color(0xE5E7EB);

    private final PdfPen pen;

    private PdfReport(PdfPen pen) {
        this.pen = pen;
    }

    /** The document as bytes. */
    public static byte[] of(PostMortem result) throws IOException {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            document.getDocumentInformation().setTitle(PdfText.printable(result.run() + ": post-mortem"));
            Page page = Page.of(result);
            try (PdfPen pen = new PdfPen(document, page.run())) {
                new PdfReport(pen).write(page);
            }
            document.save(out);
            return out.toByteArray();
        }
    }

    private void write(Page page) throws IOException {
        pen.text("POST-MORTEM", PdfStyle.of(8, SOFT).bold());
        pen.text(page.run(), PdfStyle.of(17, INK).bold());
        pen.text(
                page.format() + " · steps " + page.first() + " to " + page.last() + " · " + page.frames() + " frames",
                PdfStyle.of(9.5f, SOFT));
        pen.gap(8);
        pen.box(page.headline(), PdfStyle.of(11, INK).bold(), tone(page.tone()));
        heading("The run");
        for (Figure figure : page.figures()) {
            String beside = String.join(
                    " · ",
                    List.of(figure.note(), figure.warning()).stream()
                            .filter(text -> !text.isEmpty())
                            .toList());
            pen.picture(figure, beside);
        }
        if (page.hasCards()) {
            heading("Incidents");
            for (Card card : page.cards()) {
                card(card);
            }
            note(page.cut());
        }
        if (page.hasAsides()) {
            heading("Also seen");
            for (Page.Aside aside : page.asides()) {
                pen.row(aside.step() + " " + aside.kind(), aside.summary(), PdfStyle.of(9, INK));
            }
            note(page.asidesCut());
        }
        if (page.hasSilent()) {
            heading("What could not be judged");
            for (Page.Silent silent : page.silent()) {
                String enabled = silent.enabledBy().isEmpty() ? "" : " Enabled by: " + silent.enabledBy() + ".";
                pen.row(silent.detector(), silent.reason() + "." + enabled, PdfStyle.of(9, INK));
            }
        }
        if (page.hasRemarks()) {
            heading("How the log was read");
            for (String remark : page.remarks()) {
                pen.text("• " + remark, PdfStyle.of(9.5f, INK));
            }
        }
        heading("What was measured");
        for (Page.Row row : page.series()) {
            String nonFinite = row.bad().isEmpty() ? "" : ", " + row.nonFinite() + " not finite";
            pen.row(row.name(), row.values() + " values" + nonFinite, PdfStyle.of(9, INK));
        }
        note(page.seriesCut());
    }

    private void heading(String text) throws IOException {
        pen.gap(14);
        pen.keep(60);
        pen.text(text, PdfStyle.of(13, INK).bold());
        pen.gap(4);
    }

    private void card(Card card) throws IOException {
        Color colour = Palette.of(card.level());
        pen.gap(6);
        pen.keep(170);
        pen.rule(colour, 2.5f);
        pen.text(
                card.severity().toUpperCase(Locale.ROOT) + " · " + card.kind() + " · " + card.where(),
                PdfStyle.of(9, SOFT).bold());
        pen.text(card.summary(), PdfStyle.of(10.5f, INK).bold());
        pen.text(card.explanation(), PdfStyle.of(9.5f, INK));
        pen.text("What to try: " + card.remedy(), PdfStyle.of(9.5f, INK));
        if (!card.paste().isEmpty()) {
            pen.text(card.paste(), PdfStyle.of(8.5f, INK).mono());
        }
        if (card.hasOrder()) {
            pen.row(
                    "order of signals",
                    String.join(
                            ", ",
                            card.signals().stream()
                                    .map(signal -> signal.name() + " " + signal.at() + " (" + signal.lead() + ")")
                                    .toList()),
                    PdfStyle.of(9, INK));
        }
        pen.row("cause", card.verdict(), PdfStyle.of(9, INK));
        reason("for it", card.pro());
        reason("against it", card.contra());
        for (Card.Fact fact : card.facts()) {
            pen.row(fact.name(), fact.value(), PdfStyle.of(9, INK));
        }
        pen.rule(LINE, 0.5f);
    }

    private void reason(String name, String text) throws IOException {
        if (!text.isEmpty()) {
            pen.row(name, text, PdfStyle.of(9, INK));
        }
    }

    private void note(String text) throws IOException {
        if (!text.isEmpty()) {
            pen.text(text, PdfStyle.of(9, SOFT));
        }
    }

    private static Color tone(String tone) {
        for (Severity severity : Severity.values()) {
            if (severity.label().equals(tone)) {
                return Palette.of(severity);
            }
        }
        return Palette.GREEN;
    }
}
