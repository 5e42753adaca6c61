package observatory.analysis.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Judged;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.RunId;

/** Incidents, clocks and feeds made up for tests. */
final class Said {
    static final RunId RUN = new RunId("gpt-1b-7");
    static final Instant START = Instant.parse("2026-11-22T10:12:03.120Z");

    private Said() {}

    static Incident incident(int id, Kind kind, Severity severity, long first, long last) {
        return new Incident(
                RUN,
                id,
                kind,
                severity,
                "Detector",
                first,
                last,
                last,
                false,
                Verdict.UNDETERMINED,
                "The loss rose at step " + last + ".",
                "That matters.",
                "Try less.",
                Evidence.none());
    }

    static Incident resolved(Incident was) {
        return new Incident(
                was.run(),
                was.id(),
                was.kind(),
                was.severity(),
                was.detector(),
                was.firstStep(),
                was.lastStep(),
                was.peakStep(),
                true,
                was.verdict(),
                was.summary(),
                was.explanation(),
                was.remedy(),
                was.evidence());
    }

    static Alert alert(Kind kind) {
        return Alerts.of(incident(1, kind, Severity.WARNING, 5, 9), START);
    }

    static Notification notification(Kind... kinds) {
        List<Alert> alerts = new ArrayList<>();
        for (Kind kind : kinds) {
            alerts.add(alert(kind));
        }
        return Notification.of(new TreeMap<>(Map.of("run", RUN.value())), alerts, 0);
    }

    /** A clock that goes when it is told to. */
    static final class Clock implements InstantSource {
        private final AtomicReference<Instant> now = new AtomicReference<>(START);

        @Override
        public Instant instant() {
            return now.get();
        }

        void forward(Duration by) {
            now.updateAndGet(was -> was.plus(by));
        }
    }

    /** Records handed in one by one. */
    static final class Handed implements Feed {
        private final Queue<Arrived> waiting = new ArrayDeque<>();
        private long next;

        /** All of these come with one poll. */
        synchronized void hand(Incident... incidents) {
            for (Incident incident : incidents) {
                waiting.add(new Arrived(
                        "incidents/0",
                        ++next,
                        incident.run().value(),
                        Content.JUDGED,
                        new Judged.Of(incident).encode()));
            }
        }

        @Override
        public synchronized List<Arrived> poll() {
            List<Arrived> all = new ArrayList<>(waiting);
            waiting.clear();
            return all;
        }

        @Override
        public synchronized boolean caughtUp() {
            return waiting.isEmpty();
        }

        @Override
        public void close() {}
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited a minute for " + what);
            }
            Thread.onSpinWait();
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
