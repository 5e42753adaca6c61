package observatory.stream;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;

/** Plain telemetry for tests, numbered. */
public final class Frames {
    private Frames() {}

    public static Origin origin(String run, UUID writer) {
        return new Origin(new RunId(run), 0, writer, 0);
    }

    public static Frame frame(Origin origin, long seq) {
        Scalars scalars =
                new Scalars.Builder().put(Scalars.LOSS, 5.0 / (seq + 1)).build();
        return new Frame(origin, seq, seq, Instant.EPOCH.plusSeconds(seq), scalars, Sites.none(), Optional.empty());
    }

    /** A frame with so many scalars and nothing else. */
    public static Frame scalars(Origin origin, long seq, int count) {
        Scalars.Builder scalars = new Scalars.Builder();
        for (int i = 0; i < count; i++) {
            scalars.put("scalar " + i, Math.cos(seq + i));
        }
        return new Frame(origin, seq, seq, frame(origin, seq).time(), scalars.build(), Sites.none(), Optional.empty());
    }

    /** A frame with so many sites, each with one layer metric and the four bins of a histogram. */
    public static Frame wide(Origin origin, long seq, int count) {
        List<Site> sites = IntStream.range(0, count)
                .mapToObj(layer -> Site.of(Hook.RESIDUAL, layer))
                .toList();
        int[] at = IntStream.range(0, count).toArray();
        List<Column> columns = new ArrayList<>();
        for (String metric : List.of("rms", "histogram_bin0", "histogram_bin1", "histogram_bin2", "histogram_bin3")) {
            columns.add(new Column(
                    metric,
                    at,
                    IntStream.of(at).mapToDouble(i -> Math.sin(seq * 31 + i)).toArray()));
        }
        Frame plain = frame(origin, seq);
        return new Frame(origin, seq, seq, plain.time(), plain.scalars(), new Sites(sites, columns), Optional.empty());
    }

    public static RunEvent event(Origin origin, long seq, RunEvent.Kind kind) {
        return RunEvent.of(origin, seq, seq, Instant.EPOCH.plusSeconds(seq), kind, Map.of("model", "tiny"));
    }
}
