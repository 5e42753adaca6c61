package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.probe.Scalars;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Trace;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.incident.Severities;
import observatory.ui.incident.Words;

/** The whole run in one strip: the loss, and above it what happened, each at its step. */
final class TimelineModel {
    private final Workbench bench;

    /** A sign on the strip; {@code colour} is a name of the palette. */
    record Glyph(long step, String sign, String colour, String words) {}

    TimelineModel(Workbench bench) {
        this.bench = bench;
    }

    Plot plot() {
        Recording run = bench.run();
        Optional<Series> loss = run.scalar(Scalars.LOSS)
                .or(() -> run.scalarNames().stream().findFirst().flatMap(run::scalar));
        List<Trace> traces = loss.map(series -> List.of(Trace.raw("loss", run.frames(), series, 0)))
                .orElse(List.of());
        return Plot.of("Whole run", "", traces).scaled(Scale.Kind.LOG);
    }

    List<Glyph> glyphs() {
        List<Glyph> glyphs = new ArrayList<>();
        for (Mark mark : bench.run().marks()) {
            glyphs.add(new Glyph(mark.step(), sign(mark.kind()), "ink-soft", words(mark)));
        }
        for (Incident incident : bench.run().incidents()) {
            glyphs.add(new Glyph(
                    incident.firstStep(),
                    Severities.shape(incident.severity()),
                    Severities.colour(incident.severity()),
                    incident.severity().label() + ", " + Words.of(incident.kind()) + ": " + incident.summary()));
        }
        return glyphs;
    }

    private static String words(Mark mark) {
        StringBuilder words =
                new StringBuilder(mark.kind().label()).append(" at step ").append(mark.step());
        mark.details()
                .forEach((name, value) ->
                        words.append('\n').append(name).append(": ").append(value));
        return words.toString();
    }

    private static String sign(Mark.Kind kind) {
        return switch (kind) {
            case START -> "⊢";
            case RESTART -> "↺";
            case CHECKPOINT -> "⚑";
            case HARDWARE_ERROR -> "⚠";
            case PROBE_DISABLED, CADENCE -> "◌";
            case COMMAND -> "⌘";
            case LOST -> "░";
            case END -> "⊣";
            case NOTE -> "✎";
            case OTHER -> "·";
        };
    }
}
