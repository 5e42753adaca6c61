package observatory.stream.relay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import observatory.probe.Frame;
import observatory.probe.Merge;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;

/**
 * Brings the frames of one step together that the ranks of a host wrote, so that a {@link ShardMerge} makes less of
 * them. It waits for a rank two seconds or {@value #WINDOW} items, whichever is over first, and then goes on without it
 * until it speaks again. What a {@link MergeJournal} says was brought together before is so again, and only so. All
 * that goes in comes out, and the items of each rank in their order. Belongs to one thread.
 */
final class StepJoin {
    /** Items of one rank that may wait for another that is behind. */
    static final int WINDOW = 1024;
    /** From so many on there is no hurry to read more of a rank. */
    private static final int ENOUGH = 64;

    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

    private final LongSupplier nanoTime;
    private final MergeJournal journal;
    private final Map<Key, Host> hosts = new LinkedHashMap<>();

    private record Key(RunId run, int incarnation) {}

    /** An item, and since when it waits. */
    private record Waiting(Telemetry item, long since) {}

    /** The ranks of one incarnation that write here. */
    private static final class Host {
        private final SortedMap<Integer, Deque<Waiting>> ranks = new TreeMap<>();
        private final Map<Integer, Boolean> late = new HashMap<>();
        /** The step that last went on of each rank. */
        private final Map<Integer, Long> passed = new HashMap<>();

        private final Map<Integer, Manifest.Place> places = new HashMap<>();
        private Map<String, Merge> rules = Measures.rules(Measures.builtIn());
    }

    /** @param journal that is told of all that goes on, and is to be committed before it does */
    StepJoin(LongSupplier nanoTime, MergeJournal journal) {
        this.nanoTime = nanoTime;
        this.journal = journal;
    }

    /** What may go on with this item. */
    List<Telemetry> add(Telemetry item) {
        Key key = new Key(item.origin().run(), item.origin().incarnation());
        Host host = hosts.computeIfAbsent(key, this::host);
        int rank = item.origin().rank();
        host.ranks.computeIfAbsent(rank, any -> new ArrayDeque<>()).addLast(new Waiting(item, nanoTime.getAsLong()));
        host.late.put(rank, false);
        if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.START) {
            learn(host, Manifest.of(event.details()));
            journal.started(event);
        }
        List<Telemetry> ready = new ArrayList<>();
        go(host, ready, Until.THERE);
        if (host.ranks.isEmpty()) {
            hosts.remove(key);
        }
        return ready;
    }

    /** An incarnation as far as its ranks introduced themselves to an earlier process. */
    private Host host(Key key) {
        Host host = new Host();
        for (RunEvent start : journal.starts(key.run(), key.incarnation())) {
            learn(host, Manifest.of(start.details()));
            host.ranks.put(start.origin().rank(), new ArrayDeque<>());
            host.late.put(start.origin().rank(), false);
        }
        return host;
    }

    /**
     * What has waited long enough; all there is where {@code all}. To be called where everything that the ranks have
     * written was added: what was merged before and is not there will not come.
     */
    List<Telemetry> release(boolean all) {
        List<Telemetry> ready = new ArrayList<>();
        for (Iterator<Host> each = hosts.values().iterator(); each.hasNext(); ) {
            Host host = each.next();
            go(host, ready, all ? Until.ANYHOW : Until.PATIENT);
            if (host.ranks.isEmpty()) {
                each.remove();
            }
        }
        return ready;
    }

    /** Whether so much of an origin waits that others should be heard first; false where it is not known. */
    boolean full(Origin origin) {
        Host host = origin == null ? null : hosts.get(new Key(origin.run(), origin.incarnation()));
        return host != null
                && host.ranks.getOrDefault(origin.rank(), new ArrayDeque<>()).size() >= ENOUGH;
    }

    /** Whether nothing waits. */
    boolean isEmpty() {
        return hosts.values().stream()
                .allMatch(host -> host.ranks.values().stream().allMatch(Deque::isEmpty));
    }

    private static void learn(Host host, Manifest manifest) {
        manifest.ranks().forEach(place -> host.places.put(place.rank(), place));
        if (!manifest.metrics().isEmpty()) {
            host.rules = Measures.rules(manifest.metrics());
        }
    }

    /**
     * What may go on: what is complete, as more is being read; what need not wait longer, as all is read; or anything.
     */
    private enum Until {
        THERE,
        PATIENT,
        ANYHOW
    }

    private void go(Host host, List<Telemetry> ready, Until until) {
        while (true) {
            events(host, ready);
            List<Integer> there = host.ranks.keySet().stream()
                    .filter(rank -> !host.ranks.get(rank).isEmpty())
                    .toList();
            if (there.isEmpty()) {
                return;
            }
            OptionalLong before = there.stream()
                    .map(rank -> journal.group(head(host, rank)))
                    .flatMapToLong(OptionalLong::stream)
                    .min();
            if (before.isPresent()) {
                if (!again(host, there, before.getAsLong(), until, ready)) {
                    return;
                }
                continue;
            }
            long step = there.stream()
                    .mapToLong(rank -> head(host, rank).step())
                    .min()
                    .orElseThrow();
            if (until != Until.ANYHOW && !complete(host, step)) {
                return;
            }
            List<Frame> frames = there.stream()
                    .filter(rank -> head(host, rank).step() == step)
                    .map(rank -> take(host, rank))
                    .toList();
            journal.merged(frames);
            ready.addAll(merge(host, frames));
        }
    }

    /** Hands a group on as it was before; false where a part of it may still come. */
    private boolean again(Host host, List<Integer> there, long group, Until until, List<Telemetry> ready) {
        List<Integer> members = there.stream()
                .filter(rank -> journal.group(head(host, rank)).equals(OptionalLong.of(group)))
                .toList();
        boolean whole = members.size() == journal.size(group);
        if (!whole && until != Until.PATIENT) {
            return false;
        }
        List<Frame> frames = members.stream().map(rank -> take(host, rank)).toList();
        // Where a part of it was given up or damaged since, nobody can make of the rest what it was.
        ready.addAll(whole ? merge(host, frames) : frames);
        return true;
    }

    private static List<Frame> merge(Host host, List<Frame> frames) {
        return new ShardMerge(host.rules, rank -> host.places.getOrDefault(rank, Manifest.Place.dataParallel(rank)))
                .merge(frames);
    }

    /** What waits first of a rank, which is no event. */
    private static Frame head(Host host, int rank) {
        return (Frame) host.ranks.get(rank).getFirst().item();
    }

    private static Frame take(Host host, int rank) {
        Frame frame = (Frame) host.ranks.get(rank).removeFirst().item();
        host.passed.put(rank, frame.step());
        return frame;
    }

    /** Events wait for nobody but what their own rank said before; a rank that is over is not waited for either. */
    private static void events(Host host, List<Telemetry> ready) {
        for (Iterator<Deque<Waiting>> each = host.ranks.values().iterator(); each.hasNext(); ) {
            Deque<Waiting> queue = each.next();
            while (!queue.isEmpty() && queue.peekFirst().item() instanceof RunEvent event) {
                queue.removeFirst();
                ready.add(event);
                if (event.kind() == RunEvent.Kind.END && queue.isEmpty()) {
                    each.remove();
                    break;
                }
            }
        }
    }

    /** Whether nobody is to be waited for any more who may yet say something of a step. */
    private boolean complete(Host host, long step) {
        long now = nanoTime.getAsLong();
        boolean over = host.ranks.values().stream()
                .anyMatch(queue -> queue.size() > WINDOW
                        || !queue.isEmpty() && now - queue.peekFirst().since() > PATIENCE_NANOS);
        boolean complete = true;
        for (Map.Entry<Integer, Deque<Waiting>> rank : host.ranks.entrySet()) {
            boolean behind = rank.getValue().isEmpty() && host.passed.getOrDefault(rank.getKey(), -1L) < step;
            if (behind && !host.late.get(rank.getKey())) {
                host.late.put(rank.getKey(), over);
                complete &= over;
            }
        }
        return complete;
    }
}
