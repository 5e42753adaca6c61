package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

class TextReportTest {
    @Test
    void saysWhatThePageSays() {
        String text = TextReport.of(Sample.postMortem(9_500, "run", ""));
        assertTrue(text.contains("run\nlive, steps 0 to 9,499, 9,500 frames"), text);
        assertTrue(text.contains("loss 9500 (1 not finite)"), text);
        assertTrue(
                text.contains("[CRITICAL] loss spike, steps 7,003 to 7,153, not resolved, cause: data-driven"), text);
        assertTrue(text.contains("try: Look at the batch"), text);
        assertTrue(text.contains("not judged: attention_growth, because the probe attention_logits is off"), text);
    }

    @Test
    void neverMoreThanFortyLinesAndTheWorstAreAmongThem() {
        List<Incident> many = new ArrayList<>();
        List<RunWatch.NotApplicable> silent = new ArrayList<>();
        IntStream.range(0, 300).forEach(i -> {
            many.add(Sample.incident(i, i == 277 ? Severity.CRITICAL : Severity.INFO, i, ""));
            silent.add(new RunWatch.NotApplicable("detector" + i, "reason"));
        });
        String text = TextReport.of(PostMortem.of("run", Sample.frames(300), many, silent));
        assertTrue(
                text.lines().count() <= TextReport.MOST_LINES,
                "lines " + text.lines().count());
        assertTrue(text.contains("[CRITICAL] loss spike, steps 277"), text);
        assertTrue(text.contains("and 292 more incidents"), text);
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        String text = TextReport.of(Sample.postMortem(10, "\u001b[31mred\nline\u0007", "\u001b]0;title\u0007"));
        assertFalse(text.replace("\n", "").codePoints().anyMatch(Character::isISOControl), text);
        assertTrue(text.lines().count() <= TextReport.MOST_LINES);
    }
}
