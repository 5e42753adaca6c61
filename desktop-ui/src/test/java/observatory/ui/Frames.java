package observatory.ui;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.ui.data.Recording;

/** Frames as tests need them: a loss, and where asked for a metric in a few layers. */
public final class Frames {
    public static final RunId RUN = new RunId("run-1");
    private static final UUID WRITER = new UUID(1, 2);
    private static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");

    private Frames() {}

    public static Frame loss(long step, double loss) {
        return frame(step, 0, loss, Sites.none());
    }

    public static Frame ranked(long step, int rank, double loss) {
        Frame plain = loss(step, loss);
        Origin origin = new Origin(RUN, 0, new UUID(1, 2 + rank), rank);
        return new Frame(origin, plain.seq(), step, plain.time(), plain.scalars(), plain.sites(), plain.batch());
    }

    public static Frame restarted(long step, double loss) {
        return frame(step, 1, loss, Sites.none());
    }

    /** With the metric {@code rms} of the residual stream, one value for each layer from 0. */
    public static Frame layers(long step, double loss, double... values) {
        return frame(step, 0, loss, sites("rms", values));
    }

    public static Sites sites(String metric, double... values) {
        int[] at = new int[values.length];
        Site[] sites = new Site[values.length];
        for (int i = 0; i < values.length; i++) {
            at[i] = i;
            sites[i] = Site.of(Hook.RESIDUAL, i);
        }
        return new Sites(List.of(sites), List.of(new Column(metric, at, values)));
    }

    public static Frame batch(long step, double loss, Batch batch) {
        Frame plain = loss(step, loss);
        return new Frame(
                plain.origin(), plain.seq(), step, plain.time(), plain.scalars(), plain.sites(), Optional.of(batch));
    }

    public static Frame frame(long step, int incarnation, double loss, Sites sites) {
        Scalars scalars = new Scalars.Builder()
                .put(Scalars.LOSS, loss)
                .put(Scalars.TOKENS, 1000)
                .put(Scalars.STEP_SECONDS, 0.5)
                .build();
        return new Frame(
                new Origin(RUN, incarnation, WRITER, 0),
                step,
                step,
                BEGIN.plusMillis(500 * step),
                scalars,
                sites,
                Optional.empty());
    }

    /** A source of what a test puts into a recording. */
    public static Source source(Recording recording) {
        return () -> recording;
    }
}
