package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final String HOSTILE = "<script>alert(1)</script>\"'&{{run}}";

    @Test
    void everythingFromTheRunIsEscaped() {
        String page = HtmlReport.of(Sample.postMortem(100, HOSTILE, HOSTILE));
        assertFalse(page.contains("<script"), "no script, wherever the name stands");
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;{{run}}"), "the name is shown");
    }

    @Test
    void aPageNeedsNothingBesideItAndStaysSmall() {
        List<Incident> many = new ArrayList<>();
        IntStream.range(0, 500).forEach(i -> many.add(Sample.incident(i, Severity.WARNING, 100L * i, "again")));
        PostMortem result = PostMortem.of("long", Sample.frames(60_000), many, List.of());
        String page = HtmlReport.of(result);
        assertTrue(page.getBytes(StandardCharsets.UTF_8).length < 2_000_000, "bytes " + page.length());
        assertFalse(Pattern.compile("(src|href)=\"(?!data:)").matcher(page).find(), "nothing is loaded");
        assertTrue(page.contains("440 more incidents"));
        assertEquals(5, count(page, "<figure>"), "loss, gradient norm, learning rate, loss scale, tokens per second");
    }

    @Test
    void everyPictureIsAPicture() throws IOException {
        Matcher pictures =
                Pattern.compile("base64,([^\"]+)\"").matcher(HtmlReport.of(Sample.postMortem(9_500, "run", "")));
        while (pictures.find()) {
            byte[] png = Base64.getDecoder().decode(pictures.group(1));
            assertEquals(
                    2 * Canvas.WIDTH,
                    ImageIO.read(new ByteArrayInputStream(png)).getWidth());
        }
    }

    @Test
    void aCardTellsWhatHappenedWhyItMattersAndWhatToTry() {
        PostMortem result = Sample.postMortem(9_500, "run", "");
        String page = HtmlReport.of(result);
        Incident incident = result.incidents().getFirst();
        for (String sentence : List.of(incident.summary(), incident.explanation(), incident.remedy())) {
            assertTrue(page.contains(sentence.strip()), sentence);
        }
        assertTrue(page.contains("3 incidents (1 critical, 1 warning, 1 info)"));
        assertTrue(
                page.contains("<td>first bad site</td><td class=\"number\">layer 3 mlp_out</td>"),
                "the first bad site");
        assertTrue(page.contains("the probe attention_logits is off"), "who could not judge, and why");
    }

    @Test
    void dozensOfRemarksDoNotHideWhatMatters() {
        List<Incident> many = new ArrayList<>();
        IntStream.range(0, 300).forEach(i -> many.add(Sample.incident(i, Severity.INFO, 20L * i, "aside " + i)));
        many.add(Sample.incident(999, Severity.CRITICAL, 6_000, "the one that matters"));
        String page = HtmlReport.of(PostMortem.of("long", Sample.frames(9_500), many, List.of()));
        assertEquals(1, count(page, "<article"), "one card");
        assertTrue(page.contains("aside 99") && !page.contains("aside 100"), "a line for each of the first hundred");
        assertTrue(page.contains("<p>200 more</p>"));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
