package observatory.ui.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Scalars;
import observatory.ui.Connection;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.source.LiveSource;
import observatory.ui.source.OpenedTape;

/** Whether what is on the screen is all there is, and how late: the observatory judged by its own counts. */
public final class HealthModel {
    private final Workbench bench;

    /** A count, and what it says of the data; {@code good} where there is nothing to worry about. */
    public record Row(String what, String value, String meaning, boolean good) {}

    public HealthModel(Workbench bench) {
        this.bench = bench;
    }

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        Source source = bench.sourceProperty().get();
        Recording run = source.recording();
        Connection connection = source.connection();
        rows.add(new Row(
                "connection",
                connection.text(),
                connection.state() == Connection.State.STALE
                        ? "nothing has come for longer than " + Numbers.duration(Connection.PATIENCE)
                        : "how this window hangs together with the run",
                connection.state() != Connection.State.STALE && connection.state() != Connection.State.UNANSWERED));
        rows.add(new Row("steps", Numbers.whole(run.frames().size()), "frames of the rank shown", true));
        rows.add(new Row("ranks", Numbers.whole(run.ranks().size()), "of which one is shown (K shows the next)", true));
        double dropped = last(run, Scalars.FRAMES_DROPPED);
        rows.add(new Row(
                "dropped at the trainer",
                Numbers.of(dropped),
                "frames that found no room in the ring, since the start",
                dropped == 0));
        long lost = run.marks().stream()
                .filter(mark -> mark.kind() == Mark.Kind.LOST)
                .count();
        rows.add(new Row(
                "stretches shed on the way", Numbers.whole(lost), "each with its reason on the timeline", lost == 0));
        long disabled = run.marks().stream()
                .filter(mark -> mark.kind() == Mark.Kind.PROBE_DISABLED)
                .count();
        rows.add(new Row(
                "probes that failed",
                Numbers.whole(disabled),
                "taken out because they threw too often",
                disabled == 0));
        switch (source) {
            case LiveSource live -> broker(rows, live);
            case OpenedTape tape -> log(rows, tape);
            default -> {} // a recording has no way that could fail
        }
        Runtime runtime = Runtime.getRuntime();
        long used = (runtime.totalMemory() - runtime.freeMemory()) >> 20;
        rows.add(new Row(
                "memory of this program",
                Numbers.whole(used) + " MiB",
                "of " + Numbers.whole(runtime.maxMemory() >> 20) + " MiB",
                true));
        return rows;
    }

    private static void log(List<Row> rows, OpenedTape tape) {
        if (!tape.trouble().isEmpty()) {
            rows.add(new Row("log", "not readable", tape.trouble(), false));
        }
        tape.tape()
                .ifPresent(read ->
                        read.remarks().forEach(remark -> rows.add(new Row("log", read.format(), remark, true))));
    }

    private static void broker(List<Row> rows, LiveSource live) {
        LiveSource.Health health = live.health();
        boolean answers = health.trouble().isEmpty();
        rows.add(new Row(
                "broker", live.bootstrap(), answers ? "where the run is read from" : health.trouble(), answers));
        rows.add(new Row(
                "history",
                health.caughtUp() ? "complete" : "being read",
                "everything that was there when the window was opened",
                true));
        rows.add(new Row(
                "lost", Numbers.whole(health.missing()), "numbers that were passed over", health.missing() == 0));
        rows.add(new Row("sent twice", Numbers.whole(health.duplicates()), "shown once all the same", true));
        rows.add(new Row(
                "unreadable",
                Numbers.whole(health.unreadable()),
                "records that are no telemetry",
                health.unreadable() == 0));
    }

    private static double last(Recording run, String scalar) {
        Optional<Series> series = run.scalar(scalar);
        int row = series.map(one -> one.lastPresent(one.size() - 1)).orElse(-1);
        return row < 0 ? 0 : series.get().at(row);
    }
}
