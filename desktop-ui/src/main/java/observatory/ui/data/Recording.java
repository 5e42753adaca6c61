package observatory.ui.data;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * Everything known of one run, as screens need it. One thread writes, but for notes, which any thread may; any number
 * read, without a lock, and see how far they are behind by {@link #version}. Of a run with several ranks it keeps the measurements of one.
 */
public final class Recording {
    private final RunId run;
    private final StepIndex frames = new StepIndex();
    private final LongLog millis = new LongLog();
    private final LongLog tokens = new LongLog();
    private final Map<String, Series> scalars = new ConcurrentSkipListMap<>();
    private final Map<String, MetricData> metrics = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Integer, Incident> incidents = new ConcurrentSkipListMap<>();
    private final Batches batches = new Batches();
    private final Spectra spectra = new Spectra();
    private final Histograms histograms = new Histograms();
    private final Costs costs = new Costs();
    private volatile List<Mark> marks = List.of();
    private volatile SortedMap<String, String> manifest = new TreeMap<>();
    private volatile Frame latest;
    private volatile boolean ended;
    private volatile int rank = Integer.MAX_VALUE;
    private volatile List<Integer> ranks = List.of();
    private final AtomicLong version = new AtomicLong();
    private long tokensSoFar;

    public Recording(RunId run) {
        this(run, OptionalInt.empty());
    }

    /** @param of the rank whose measurements are kept; the one that speaks first unless given */
    public Recording(RunId run, OptionalInt of) {
        this.run = run;
        this.rank = of.orElse(Integer.MAX_VALUE);
    }

    public RunId run() {
        return run;
    }

    public void accept(Telemetry item) {
        switch (item) {
            case Frame frame -> frame(frame);
            case RunEvent event -> event(event);
        }
        version.incrementAndGet();
    }

    /** The latest word on an incident. */
    public void accept(Incident incident) {
        incidents.put(incident.id(), incident);
        version.incrementAndGet();
    }

    /** A remark of the person who watches. */
    public void note(long step, Instant time, String text) {
        mark(new Mark(Mark.Kind.NOTE, step, time, new TreeMap<>(Map.of("note", text))));
        version.incrementAndGet();
    }

    /** Rises with whatever was taken in. */
    public long version() {
        return version.get();
    }

    /** The steps of the rows of all scalars. */
    public StepIndex frames() {
        return frames;
    }

    public Optional<Series> scalar(String name) {
        return Optional.ofNullable(scalars.get(name));
    }

    public List<String> scalarNames() {
        return List.copyOf(scalars.keySet());
    }

    public Optional<MetricData> metric(String name) {
        return Optional.ofNullable(metrics.get(name));
    }

    public List<String> metricNames() {
        return List.copyOf(metrics.keySet());
    }

    /** In the order in which they opened. */
    public List<Incident> incidents() {
        return List.copyOf(incidents.values());
    }

    public List<Mark> marks() {
        return marks;
    }

    public Batches batches() {
        return batches;
    }

    public Spectra spectra() {
        return spectra;
    }

    public Histograms histograms() {
        return histograms;
    }

    public Costs costs() {
        return costs;
    }

    /** What the run says of itself. */
    public SortedMap<String, String> manifest() {
        return manifest;
    }

    public Optional<Frame> latest() {
        return Optional.ofNullable(latest);
    }

    public boolean ended() {
        return ended;
    }

    /** The rank whose measurements these are. */
    public int rank() {
        return rank == Integer.MAX_VALUE ? 0 : rank;
    }

    /** All ranks that have spoken, ascending. */
    public List<Integer> ranks() {
        return ranks;
    }

    /** When a row of the frames was written, in milliseconds since 1970. */
    public long millis(int row) {
        return millis.get(row);
    }

    /** Tokens trained on up to and with a row of the frames. */
    public long tokens(int row) {
        return tokens.get(row);
    }

    private void frame(Frame frame) {
        int from = frame.origin().rank();
        if (!ranks.contains(from)) {
            ranks = Stream.concat(ranks.stream(), Stream.of(from)).sorted().toList();
        }
        // Ranks arrive in any order; the first one stays unless nothing of it was kept yet.
        if (rank == Integer.MAX_VALUE) {
            rank = from;
        }
        if (from != rank) {
            return;
        }
        int row = frames.size();
        int incarnation = frame.origin().incarnation();
        if (row > 0 && (frame.step() <= frames.step(row - 1) || latest.origin().incarnation() != incarnation)) {
            mark(new Mark(
                    Mark.Kind.RESTART,
                    frame.step(),
                    frame.time(),
                    new TreeMap<>(Map.of("incarnation", Integer.toString(incarnation)))));
        }
        scalars(frame.step(), frame.scalars(), row);
        tokensSoFar += (long) frame.scalars().find(Scalars.TOKENS).orElse(0);
        tokens.append(tokensSoFar);
        millis.append(frame.time().toEpochMilli());
        for (Column column : frame.sites().columns()) {
            if (column.metric().equals(Spectra.METRIC)) {
                spectra.add(frame.step(), frame.sites().sites(), column);
                continue;
            }
            if (column.metric().equals(Histograms.COUNTS)) {
                histograms.add(frame.step(), frame.sites(), column);
                continue;
            }
            metrics.computeIfAbsent(column.metric(), name -> new MetricData())
                    .append(frame.step(), incarnation, frame.sites().sites(), column);
        }
        frame.batch().ifPresent(batch -> batches.add(frame.step(), batch));
        latest = frame;
        ended = false;
        frames.append(frame.step(), incarnation); // last: it tells readers that the row is complete
    }

    private void scalars(long step, Scalars of, int row) {
        int kept = 0;
        for (int i = 0; i < of.names().size(); i++) {
            if (Costs.holds(of.names().get(i))) {
                costs.add(step, of.names().get(i), of.values()[i]);
                continue;
            }
            kept++;
            Series series = scalars.get(of.names().get(i));
            if (series == null) {
                series = new Series();
                for (int absent = 0; absent < row; absent++) {
                    series.appendAbsent();
                }
                series.append(of.values()[i]);
                scalars.put(of.names().get(i), series);
            } else {
                series.append(of.values()[i]);
            }
        }
        if (kept != scalars.size()) {
            scalars.values().stream().filter(one -> one.size() == row).forEach(Series::appendAbsent);
        }
    }

    private void event(RunEvent event) {
        if (event.kind() == RunEvent.Kind.START) {
            manifest = event.details();
            ended = false;
        }
        ended |= event.kind() == RunEvent.Kind.END;
        mark(new Mark(kind(event.kind()), event.step(), event.time(), event.details()));
    }

    private static Mark.Kind kind(RunEvent.Kind kind) {
        for (Mark.Kind known : Mark.Kind.values()) {
            if (known.name().equals(kind.name())) {
                return known;
            }
        }
        return Mark.Kind.OTHER;
    }

    private synchronized void mark(Mark mark) {
        List<Mark> more = new ArrayList<>(marks);
        more.add(mark);
        marks = List.copyOf(more);
    }
}
