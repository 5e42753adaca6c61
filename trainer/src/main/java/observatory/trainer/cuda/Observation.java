package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.probe.Site;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Measurements.Scale;
import observatory.trainer.cuda.Parameters.Parameter;

/**
 * What one program measures while it computes: the places of partial summaries that kernels write on the way, the merged
 * rows that come home, and the hooks to be told of them, in the order of the step.
 */
final class Observation {
    private static final int SPAN_BYTES = 16;
    /** As many rows as the results have room for. */
    private static final int MOST_ROWS = 1 << 16;

    private final Device device;
    private final Operations operations;
    private final Measurements measurements;
    private final Map<Hook, List<Reduction<?>>> due;
    private final Results results;
    private final Consumer<Visit> told;
    private final List<Partials> rows = new ArrayList<>();
    private final Map<Site, Partials> fused = new HashMap<>();
    private final List<Visit> visits = new ArrayList<>();
    private final List<Long> allocations = new ArrayList<>();
    private final long spans;

    /** One tensor's partial summaries, and the place among the results where their sum will be. */
    record Partials(long address, int blocks, long offset) {}

    /** A hook to be told of a tensor, after the step. */
    record Visit(Site site, CudaTensor tensor, CudaTensor other, boolean ofUpdate) {
        void tell(Instruments<CudaTensor> instruments) {
            if (other != null) {
                instruments.at(site, tensor, other);
            } else if (site.parameter().isEmpty()) {
                instruments.at(site.hook(), site.layer(), tensor);
            } else {
                instruments.at(site, tensor);
            }
        }
    }

    /** @param told hears of each hook as the step passes it, while the tensor is still there */
    Observation(
            Device device,
            Operations operations,
            Measurements measurements,
            Map<Hook, List<Reduction<?>>> due,
            Results results,
            Consumer<Visit> told) {
        this.device = device;
        this.operations = operations;
        this.measurements = measurements;
        this.due = due;
        this.results = results;
        this.told = told;
        this.spans = allocate((long) MOST_ROWS * SPAN_BYTES);
    }

    /** What is due in this step at each hook that is watched: half of what makes two steps the same program. */
    static Map<Hook, List<Reduction<?>>> due(Instruments<CudaTensor> instruments) {
        Map<Hook, List<Reduction<?>>> due = new EnumMap<>(Hook.class);
        for (Hook hook : Hook.values()) {
            if (instruments.wants(hook)) {
                due.put(hook, instruments.due(hook));
            }
        }
        return due;
    }

    boolean wants(Hook hook) {
        return due.containsKey(hook);
    }

    /** Whether something is due that only the host can compute, from a tensor that is there only while the step passes. */
    static boolean needsHost(Map<Hook, List<Reduction<?>>> due) {
        return due.entrySet().stream().anyMatch(entry -> !stays(entry.getKey()) && copied(entry.getValue()));
    }

    /** Whether the host copies a tensor that stays as it is until the next step begins. */
    static boolean copies(Map<Hook, List<Reduction<?>>> due) {
        return due.values().stream().anyMatch(Observation::copied);
    }

    private static boolean copied(List<Reduction<?>> reductions) {
        return reductions.stream().anyMatch(reduction -> !Measurements.known(reduction));
    }

    private static boolean stays(Hook hook) {
        return hook == Hook.WEIGHT || hook == Hook.NORM_GAIN || hook == Hook.GRADIENT;
    }

    /** Where a kernel that is about to write a tensor puts its partial summaries; 0 where nobody asks. */
    long partials(Hook hook, int layer, int blocks) {
        // Kernels that measure on the way look for no least and greatest element.
        if (!wantsSummary(hook) || due.get(hook).contains(new Reduction.ToRange())) {
            return 0;
        }
        Partials partials = newRow(blocks);
        fused.put(Site.of(hook, layer), partials);
        return partials.address();
    }

    /** A tensor passes a hook: what no kernel has measured on the way is measured now. */
    void pass(Hook hook, int layer, Place place) {
        if (wants(hook)) {
            see(Site.of(hook, layer), place, Scale.NONE, false);
        }
    }

    /** A tensor of a parameter passes a hook. */
    void pass(Site site, Place place, Scale scale) {
        if (wants(site.hook())) {
            see(site, place, scale, false);
        }
    }

    /** A tensor of a parameter that is there only where the step was not skipped. */
    void passAfterUpdate(Site site, Place place) {
        if (wants(site.hook())) {
            see(site, place, Scale.NONE, true);
        }
    }

    private void see(Site site, Place place, Scale scale, boolean ofUpdate) {
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        if (wantsSummary(site.hook())) {
            Partials partials = fused.remove(site);
            if (partials == null) {
                partials = newRow(operations.blocks().forElements(place.elements()));
                operations.reductions().summarise(place, partials.address());
            }
            answers.putAll(summaryAnswers(site.hook(), partials.offset(), place.elements()));
        }
        answers.putAll(ownAnswers(site.hook(), place, scale));
        visit(new Visit(site, new CudaTensor(place, answers), null, ofUpdate));
    }

    /** Enqueues what takes a read of its own. */
    private Map<Reduction<?>, Function<MemorySegment, Object>> ownAnswers(Hook hook, Place place, Scale scale) {
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        for (Reduction<?> reduction : due.get(hook)) {
            Function<MemorySegment, Object> answer =
                    measurements.enqueue(reduction, place, new Measurements.Room(results, this::allocate, scale));
            if (answer != null) {
                answers.put(reduction, answer);
            }
        }
        return answers;
    }

    /** Every parameter's gradient, unscaled: its row is there anyway, and exponents of all are counted at once. */
    void gradients(List<Parameter> parameters, Weights weights, long orders) {
        if (!wants(Hook.GRADIENT)) {
            return;
        }
        List<Parameters.Chunk> chunks = weights.parameters().chunks();
        Map<Reduction<?>, Long> counts = new HashMap<>();
        for (Reduction<?> reduction : due.get(Hook.GRADIENT)) {
            if (reduction instanceof Reduction.ToExponents exponents && Parameters.wholeRuns(exponents.stride())) {
                long at = results.take((long) parameters.size() * Measurements.COUNTS * Integer.BYTES);
                operations
                        .reductions()
                        .gradientExponents(
                                weights.gradients(),
                                weights.chunks(),
                                chunks.size(),
                                orders,
                                exponents.stride(),
                                results.address() + at);
                counts.put(reduction, at);
            }
        }
        for (Parameter parameter : parameters) {
            long offset = results.gradientRow(parameter.number());
            Place place = Place.ofFloats(weights.gradient(parameter), parameter.rows(), parameter.columns());
            Map<Reduction<?>, Function<MemorySegment, Object>> answers =
                    summaryAnswers(Hook.GRADIENT, offset, parameter.size());
            counts.forEach((reduction, at) -> {
                long own = at + (long) parameter.number() * Measurements.COUNTS * Integer.BYTES;
                answers.put(reduction, home -> Measurements.exponents(home, own));
            });
            visit(new Visit(parameter.site(Hook.GRADIENT), new CudaTensor(place, answers), null, false));
        }
    }

    /** Room for the partial summaries of all chunks, and the rows of all parameters; empty where nobody asks. */
    long parameterPartials(List<Parameters.Chunk> chunks, List<Long> offsets) {
        long address = allocate((long) chunks.size() * Summary.BYTES);
        int first = 0;
        while (first < chunks.size()) {
            int last = first;
            while (last < chunks.size()
                    && chunks.get(last).parameter() == chunks.get(first).parameter()) {
                last++;
            }
            long offset = results.row();
            offsets.add(offset);
            rows.add(new Partials(address + (long) first * Summary.BYTES, last - first, offset));
            first = last;
        }
        return address;
    }

    /** What observers see of Adam, of every parameter: the kind of optimizer.cu, summaries and, where asked, a tail. */
    void adamRatios(
            Hook hook, int kind, List<Parameter> parameters, Weights weights, OptimizerKernels.Control control) {
        if (!wants(hook)) {
            return;
        }
        float threshold = Float.POSITIVE_INFINITY;
        Reduction<?> toTail = null;
        for (Reduction<?> reduction : due.get(hook)) {
            if (reduction instanceof Reduction.ToTail tail) {
                toTail = tail;
                threshold = tail.threshold();
            }
        }
        List<Parameters.Chunk> chunks = weights.parameters().chunks();
        List<Long> offsets = new ArrayList<>();
        long partials = parameterPartials(chunks, offsets);
        long bytes = 2L * Long.BYTES * parameters.size();
        long tails = toTail == null ? 0 : results.take(bytes);
        operations
                .reductions()
                .adamRatio(
                        weights.arrays(),
                        weights.chunks(),
                        chunks.size(),
                        control,
                        new Reductions.AdamRatio(kind, threshold),
                        partials,
                        toTail == null ? 0 : results.address() + tails);
        for (Parameter parameter : parameters) {
            Map<Reduction<?>, Function<MemorySegment, Object>> answers =
                    summaryAnswers(hook, offsets.get(parameter.number()), parameter.size());
            if (toTail != null) {
                long at = tails + 2L * Long.BYTES * parameter.number();
                answers.put(toTail, home -> Measurements.tail(home, at));
            }
            Place place = Place.ofFloats(weights.value(parameter), parameter.rows(), parameter.columns());
            visit(new Visit(parameter.site(hook), new CudaTensor(place, answers), null, true));
        }
    }

    /** Every parameter's update beside its new value. */
    void updates(List<Parameter> parameters, Weights weights, List<Long> updates, List<Long> values) {
        Reduction<?> toNorms = new Reduction.ToNorms();
        for (Parameter parameter : parameters) {
            long first = updates.get(parameter.number());
            long second = values.get(parameter.number());
            Place place = Place.ofFloats(weights.value(parameter), parameter.rows(), parameter.columns());
            CudaTensor update = new CudaTensor(
                    place,
                    Map.of(
                            toNorms,
                            home -> new Norms(
                                    Summary.read(home, first).norm(parameter.size()),
                                    Summary.read(home, second).norm(parameter.size()))));
            visit(new Visit(parameter.site(Hook.UPDATE), update, new CudaTensor(place, Map.of()), true));
        }
    }

    /** Enqueues the merge of all partial summaries; {@link #writeSpans} has to come before it runs. */
    void merge() {
        if (rows.isEmpty()) {
            return;
        }
        operations
                .reductions()
                .mergeSummaries(
                        spans,
                        rows.size(),
                        0,
                        results.address() + rows.getFirst().offset());
    }

    /** Writes the table of where the partials are. */
    void writeSpans() {
        if (!rows.isEmpty()) {
            writeSpans(device, spans, rows);
        }
    }

    static void writeSpans(Device device, long address, List<Partials> rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) rows.size() * SPAN_BYTES, 8);
            for (int row = 0; row < rows.size(); row++) {
                table.set(JAVA_LONG, (long) row * SPAN_BYTES, rows.get(row).address());
                table.set(JAVA_INT, (long) row * SPAN_BYTES + 8, rows.get(row).blocks());
            }
            device.toDevice(address, table);
            device.await();
        }
    }

    List<Visit> visits() {
        return visits;
    }

    /** Frees what this program had for itself. */
    void free() {
        allocations.forEach(device::free);
    }

    private void visit(Visit visit) {
        visits.add(visit);
        told.accept(visit);
    }

    private boolean wantsSummary(Hook hook) {
        return due.getOrDefault(hook, List.of()).stream().anyMatch(Observation::fromSummary);
    }

    private Map<Reduction<?>, Function<MemorySegment, Object>> summaryAnswers(Hook hook, long offset, long count) {
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        for (Reduction<?> reduction : due.get(hook)) {
            switch (reduction) {
                case Reduction.ToMoments _ ->
                    answers.put(reduction, home -> Summary.read(home, offset).moments(count));
                case Reduction.ToRange _ ->
                    answers.put(reduction, home -> Summary.read(home, offset).range(count));
                default -> {
                    // Not to be had from a summary.
                }
            }
        }
        return answers;
    }

    private static boolean fromSummary(Reduction<?> reduction) {
        return reduction instanceof Reduction.ToMoments || reduction instanceof Reduction.ToRange;
    }

    private Partials newRow(int blocks) {
        Partials partials = new Partials(allocate((long) blocks * Summary.BYTES), blocks, results.row());
        rows.add(partials);
        return partials;
    }

    private long allocate(long bytes) {
        long address = device.allocate(bytes);
        allocations.add(address);
        return address;
    }
}
