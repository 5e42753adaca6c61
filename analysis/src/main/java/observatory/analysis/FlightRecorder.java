package observatory.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import org.apache.kafka.common.KafkaException;

/**
 * Writes a spike log for each incident worth a look, when the steps after it have come, or its run is over or says
 * nothing more. It keeps no telemetry: the steps are read again from where the analysis says they lie, so it matters
 * not when, how fast or how often an incident is heard of. A log that has more of an incident stays. Belongs to one
 * thread.
 */
public final class FlightRecorder implements AutoCloseable {
    /** Steps of a spike log from the first of its incident on; of one that lasts longer it has the beginning. */
    private static final int LENGTH = 448;
    /** Steps by which one rank may come behind another. */
    private static final int LATE = 8;

    /** The past of runs. */
    public interface Past {
        /**
         * The telemetry of a run between two offsets of a partition, both within.
         *
         * @throws KafkaException where it cannot be read now
         */
        FrameReader read(RunId run, int partition, long first, long last);
    }

    /** An incident whose steps lie between two offsets. */
    private record Due(Incident incident, int partition, long first, long last) {
        private Due until(Judged.Stretch end) {
            return new Due(incident, partition, first, end.last());
        }

        private long lastStep() {
            return lastStep(incident);
        }

        private static long lastStep(Incident incident) {
            return Math.min(incident.lastStep() + SpikeLog.MARGIN, incident.firstStep() + LENGTH);
        }

        /** Whether none of its steps is to come, where its run has come to this one. */
        private boolean complete(long step) {
            return Math.max(incident.lastStep(), incident.resolved() ? step : Long.MIN_VALUE) > lastStep() + LATE;
        }

        /** Whether this log of it leaves nothing to be written: of one that goes on, its steps are enough. */
        private boolean in(SpikeLog log) {
            boolean goesOn = !incident.resolved() && last == Long.MAX_VALUE;
            return log.incident().equals(incident)
                    || goesOn && log.incident().id() == incident.id() && lastStep(log.incident()) == lastStep();
        }
    }

    private final Path folder;
    private final Past past;
    private final Consumer<String> say;
    private final Map<RunId, Long> steps = new HashMap<>();
    private final Map<RunId, Map<Integer, Due>> waiting = new HashMap<>();
    private final Deque<Due> due = new ArrayDeque<>();
    private final List<Telemetry> read = new ArrayList<>();
    private FrameReader reader;

    /** @param say is told of each file that was written, and of each that could not be */
    public FlightRecorder(Path folder, Past past, Consumer<String> say) {
        this.folder = folder;
        this.past = past;
        this.say = say;
    }

    /** A run has come to a step. */
    public void accept(Telemetry item) {
        steps.put(item.origin().run(), item.step());
        release(item.origin().run());
    }

    public void accept(Judged judged) {
        RunId run = judged.run();
        switch (judged) {
            case Judged.Of of -> {
                if (of.incident().severity() != Severity.INFO) {
                    of.stretch().ifPresent(stretch -> expect(of.incident(), stretch));
                }
                release(run);
                if (of.incident().kind() == Kind.STALLED && !of.incident().resolved()) {
                    of.stretch().ifPresent(stretch -> flush(run, stretch));
                }
            }
            case Judged.Watermark end -> {
                end.stretch().ifPresent(stretch -> flush(run, stretch));
                steps.remove(run);
            }
        }
    }

    private void expect(Incident incident, Judged.Stretch stretch) {
        waiting.computeIfAbsent(incident.run(), run -> new TreeMap<>())
                .put(incident.id(), new Due(incident, stretch.partition(), stretch.first(), Long.MAX_VALUE));
    }

    /** Nothing more of a run is to come, as far as is known. */
    private void flush(RunId run, Judged.Stretch end) {
        Map<Integer, Due> all = waiting.remove(run);
        if (all != null) {
            all.values().forEach(one -> due.add(one.until(end)));
        }
    }

    private void release(RunId run) {
        Map<Integer, Due> all = waiting.get(run);
        if (all == null) {
            return;
        }
        long step = steps.getOrDefault(run, Long.MIN_VALUE);
        all.values().stream().filter(one -> one.complete(step)).forEach(due::add);
        all.values().removeIf(one -> one.complete(step));
        if (all.isEmpty()) {
            waiting.remove(run);
        }
    }

    /** Reads and writes a little of what is due; false where there is nothing to do now. */
    public boolean advance() {
        while (reader == null && !due.isEmpty() && written(due.getFirst())) {
            due.removeFirst();
        }
        if (due.isEmpty()) {
            return false;
        }
        Due first = due.getFirst();
        try {
            if (reader == null) {
                reader = past.read(first.incident().run(), first.partition(), first.first(), first.last());
            }
            boolean beyond = false;
            for (Telemetry item : reader.poll()) {
                beyond |= item.step() > first.lastStep() + LATE;
                if (!beyond
                        && item.step() >= first.incident().firstStep() - SpikeLog.MARGIN
                        && item.step() <= first.lastStep()) {
                    read.add(item);
                }
            }
            if (beyond || reader.atTheEnd()) {
                write(new SpikeLog(first.incident(), read));
                due.removeFirst();
                stop();
            }
        } catch (KafkaException e) {
            stop(); // Its broker is away; it stays due.
            return false;
        }
        return true;
    }

    private boolean written(Due one) {
        return SpikeLog.whole(SpikeLog.file(folder, one.incident()))
                .filter(one::in)
                .isPresent();
    }

    private void write(SpikeLog log) {
        Path file = SpikeLog.file(folder, log.incident());
        try {
            if (log.hasMoreThan(file)) {
                log.write(folder);
                log.deleteEarlier(folder);
                say.accept("spike log: " + file);
            }
        } catch (IOException e) {
            say.accept("cannot write a spike log into " + folder + ": " + e.getMessage());
        }
    }

    private void stop() {
        read.clear();
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
