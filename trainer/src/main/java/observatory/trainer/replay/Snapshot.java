package observatory.trainer.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;
import observatory.trainer.TrainerState;

/**
 * One rank of a run between two steps, in memory outside the heap, which is freed with the last reference. Immutable;
 * any thread may begin a trial with it.
 */
public final class Snapshot {
    private final TrainerState trainer;
    private final Map<Entry, MemorySegment> tensors;

    private Snapshot(TrainerState trainer, Map<Entry, MemorySegment> tensors) {
        this.trainer = trainer;
        this.tensors = tensors;
    }

    public static Snapshot of(TrainerState trainer, ModelState model) {
        Map<Entry, MemorySegment> tensors = new LinkedHashMap<>();
        Arena arena = Arena.ofAuto();
        for (Entry entry : model.entries()) {
            MemorySegment copy = arena.allocate(entry.bytes(), Long.BYTES);
            model.read(entry, copy);
            tensors.put(entry, copy.asReadOnly());
        }
        return new Snapshot(trainer, tensors);
    }

    /** The same tensors at another point of the run. */
    public Snapshot at(TrainerState other) {
        return new Snapshot(other, tensors);
    }

    /** Adam's moments forgotten. */
    public Snapshot withoutMoments() {
        Map<Entry, MemorySegment> reset = new LinkedHashMap<>(tensors);
        reset.replaceAll((entry, tensor) -> entry.part() == Part.WEIGHT
                ? tensor
                : Arena.ofAuto().allocate(entry.bytes(), Long.BYTES).asReadOnly());
        return new Snapshot(trainer, reset);
    }

    /** The same with one weight of another value. */
    public Snapshot with(Entry entry, long index, float value) {
        Map<Entry, MemorySegment> changed = new LinkedHashMap<>(tensors);
        MemorySegment copy = Arena.ofAuto().allocate(entry.bytes(), Long.BYTES);
        copy.copyFrom(tensors.get(entry));
        copy.set(ValueLayout.JAVA_FLOAT, index * Float.BYTES, value);
        changed.put(entry, copy.asReadOnly());
        return new Snapshot(trainer, changed);
    }

    public TrainerState trainer() {
        return trainer;
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.keySet().stream().mapToLong(Entry::bytes).sum();
    }

    /** The tensors by name and part, read-only. */
    public Map<Entry, MemorySegment> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Puts the tensors into a model of the same shape. */
    void into(ModelState model) {
        tensors.forEach(model::write);
    }

    /** Whether all weights and moments have the same bits. */
    public boolean sameBits(Snapshot other) {
        return tensors.keySet().equals(other.tensors.keySet())
                && tensors.entrySet().stream()
                        .allMatch(each -> each.getValue().mismatch(other.tensors.get(each.getKey())) < 0);
    }
}
