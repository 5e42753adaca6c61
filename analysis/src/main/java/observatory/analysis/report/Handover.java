package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.analysis.log.Reading;
import observatory.probe.Telemetry;

/**
 * Reads on one thread and judges on the calling one, in the same order, so that a long log takes the time of the slower
 * of the two and not of both. What waits in between is bounded. An error of either ends both and is thrown here.
 */
final class Handover {
    private static final int BATCH = 512; // items
    private static final int WAITING = 16; // batches

    private sealed interface Message permits Batch, End {}

    private record Batch(List<Telemetry> items) implements Message {}

    /** The last word of the reading thread: how it went, or why it failed. */
    private record End(Optional<Reading> reading, Optional<RuntimeException> failure) implements Message {}

    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(WAITING);
    private List<Telemetry> batch = new ArrayList<>(BATCH);

    private Handover() {}

    /** Hands everything that {@code read} gives to {@code judge}, and returns how the reading went. */
    static Reading of(Function<Consumer<Telemetry>, Reading> read, Consumer<Telemetry> judge) {
        Handover handover = new Handover();
        Thread reader = Thread.ofPlatform().daemon().name("observatory-read").start(() -> handover.read(read));
        try {
            return handover.judge(judge);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a log was read", e);
        } finally {
            reader.interrupt(); // it is over, or waits for a judge that has failed
        }
    }

    private void read(Function<Consumer<Telemetry>, Reading> read) {
        try {
            End end;
            try {
                Reading reading = read.apply(this::add);
                queue.put(new Batch(batch));
                end = new End(Optional.of(reading), Optional.empty());
            } catch (RuntimeException failed) {
                end = new End(Optional.empty(), Optional.of(failed));
            }
            queue.put(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the judge has failed and says why
        }
    }

    private void add(Telemetry item) {
        batch.add(item);
        if (batch.size() == BATCH) {
            try {
                queue.put(new Batch(batch));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the judge has failed", e);
            }
            batch = new ArrayList<>(BATCH);
        }
    }

    private Reading judge(Consumer<Telemetry> judge) throws InterruptedException {
        while (true) {
            switch (queue.take()) {
                case End end -> {
                    end.failure().ifPresent(failure -> {
                        throw failure;
                    });
                    return end.reading().orElseThrow();
                }
                case Batch waiting -> waiting.items().forEach(judge);
            }
        }
    }
}
