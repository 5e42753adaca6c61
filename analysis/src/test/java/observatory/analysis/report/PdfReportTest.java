package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import observatory.analysis.Severity;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class PdfReportTest {
    @Test
    void itSaysWhatThePageSaysAndHasItsPictures() throws IOException {
        PostMortem result = Sample.postMortem(9_500, "my-run", "");
        try (PDDocument document = Loader.loadPDF(PdfReport.of(result))) {
            String text = new PDFTextStripper().getText(document).replaceAll("\\s+", " ");
            assertTrue(text.contains("my-run"), text);
            assertTrue(text.contains(Headline.of(result)), text);
            result.incidents().stream()
                    .filter(incident -> incident.severity() != Severity.INFO)
                    .forEach(incident -> assertTrue(text.contains(incident.remedy()), incident::remedy));
            assertTrue(text.contains("the probe attention_logits is off"), text);
            int pictures = 0;
            for (PDPage page : document.getPages()) {
                for (COSName name : page.getResources().getXObjectNames()) {
                    pictures += page.getResources().isImageXObject(name) ? 1 : 0;
                }
            }
            assertEquals(result.tracks().size(), pictures, "one for each curve");
            assertTrue(document.getNumberOfPages() >= 2, "a card is not squeezed");
        }
    }

    @Test
    void charactersOfNoStandardFontAndEndlessWordsAreNoObstacle() throws IOException {
        String hostile = "≥ 3σ 训练 \u001B[31m \u0000 " + "x".repeat(5_000);
        try (PDDocument document = Loader.loadPDF(PdfReport.of(Sample.postMortem(50, "名前", hostile)))) {
            String text = new PDFTextStripper().getText(document);
            assertTrue(text.contains(">= 3sigma ??"), text);
        }
    }
}
