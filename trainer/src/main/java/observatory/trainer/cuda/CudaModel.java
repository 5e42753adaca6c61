package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.Fingerprint;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cuda.Program.Key;
import observatory.trainer.cuda.Program.PassShape;
import observatory.trainer.fault.Damage;

/**
 * The transformer on an NVIDIA GPU. A step is one graph launch, from tokens to updated weights; the host waits once,
 * for loss and decision, and a thread of its own reads what was measured ({@link ResultRing}). The same seed gives the
 * same bits on the same device and libraries, observed or not. Belongs to one thread; closing it frees the device.
 */
public final class CudaModel implements Model {
    private static final long RESULT_BYTES = 16 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ModelSpec spec;
    private final Precision precision;
    private final Fault fault;
    private final Instruments<CudaTensor> instruments;
    private final CudaReducer reducer;
    private final Owned owned = new Owned();
    private final Device device;
    private final Assembly parts;
    private final HostAnswers hostAnswers;
    private final CudaState state;
    private final Programs programs = new Programs(this::record);
    private final long results;
    private final ResultRing ring;
    /** Where evaluations land, and steps for which the ring has no place. */
    private final MemorySegment aside;

    /** Who multiplies matrices. */
    public enum Products {
        /** cuBLASLt where it is installed, else our own kernels. */
        FASTEST,
        /** Our own kernels. */
        OWN
    }

    public CudaModel(
            ModelSpec spec,
            TrainingSpec training,
            Fault fault,
            Instruments<CudaTensor> instruments,
            CudaReducer reducer) {
        this(spec, training, fault, instruments, reducer, Products.FASTEST);
    }

    public CudaModel(
            ModelSpec spec,
            TrainingSpec training,
            Fault fault,
            Instruments<CudaTensor> instruments,
            CudaReducer reducer,
            Products products) {
        CudaLimits.missing(spec, training).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        this.spec = spec;
        this.precision = training.precision();
        this.fault = fault;
        this.instruments = instruments;
        this.reducer = reducer;
        this.device = new Device();
        owned.add(device, device::close);
        try {
            this.parts = Assembly.on(device, spec, training, products, owned);
            this.results = device.allocate(RESULT_BYTES);
            this.aside = device.pinned(RESULT_BYTES);
            this.hostAnswers = new HostAnswers(new HostCopies(device), instruments::nanos);
            this.state =
                    new CudaState(device, parts.weights(), () -> parts.weights().round(parts.operations()));
            parts.weights().begin(device, parts.operations(), spec, training.seed());
            List<MemorySegment> places = Stream.generate(() -> device.pinned(RESULT_BYTES))
                    .limit(ResultRing.PLACES)
                    .toList();
            this.ring = new ResultRing(places, PATIENCE);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
        owned.add(programs, programs::close);
        reducer.readFrom(ring);
    }

    /** What trains, for people: the device, and what multiplies matrices. */
    public String label() {
        return device.name() + ", " + parts.gemm().label();
    }

    @Override
    public Outcome step(List<TokenBatch> passes, StepSettings settings) {
        refuses(settings.precision()).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        Key key = new Key(
                passes.stream().map(p -> new PassShape(p.size(), p.context())).toList(),
                true,
                Due.of(instruments),
                faults(settings.step()));
        parts.input().send(passes, settings);
        Optional<MemorySegment> place = ring.take();
        MemorySegment home = place.orElse(aside);
        Results r = key.due().needsHost() ? runEagerly(key, place) : runProgram(key, place);
        return new Outcome(
                r.losses(home, key.sequences()),
                r.gradientNorm(home),
                r.skipped(home),
                micro(passes, r, home),
                new Phases(0, 0, 0));
    }

    @Override
    public double[] evaluate(TokenBatch batch) {
        PassShape shape = new PassShape(batch.size(), batch.context());
        parts.input().send(batch);
        Program program = programs.of(new Key(List.of(shape), false, Due.NOTHING, Map.of()));
        program.graph().launch();
        device.toHost(aside.asSlice(0, program.results().used()), results);
        device.await();
        return program.results().losses(aside, batch.size());
    }

    @Override
    public Optional<String> refuses(Precision format) {
        return format == precision
                ? Optional.empty()
                : Optional.of("a model on CUDA keeps the format it began with: format=" + precision.label() + ", asked="
                        + format.label() + "; checkpoint, and resume with --precision " + format.label());
    }

    @Override
    public ModelState state() {
        return state;
    }

    /** SHA-256 of all weights, in hex. */
    public String fingerprint() {
        return Fingerprint.of(state);
    }

    /** How many programs were recorded so far. */
    int recorded() {
        return programs.recorded();
    }

    /** Frees the device when all that was measured is told; keeps it where somebody who is told does not return. */
    @Override
    public void close() {
        ring.close();
        reducer.readFrom(null);
        owned.close();
    }

    /** A step as one graph. */
    private Results runProgram(Key key, Optional<MemorySegment> place) {
        Program program = programs.of(key);
        program.graph().launch();
        land(program.results(), place, program.observation());
        return program.results();
    }

    private Program record(Key key) {
        Results r = resultsOf(key);
        Observation observation = observation(key, r, UnaryOperator.identity());
        Graph graph = Graph.record(device, () -> {
            parts.launches().enqueue(key, observation, r);
            observation.rows().merge();
        });
        observation.rows().writeSpans();
        return new Program(graph, observation, r);
    }

    /** A step launch by launch, in which the host looks at tensors where the device has no kernel for what is due. */
    private Results runEagerly(Key key, Optional<MemorySegment> place) {
        Results r = resultsOf(key);
        Observation observation = observation(key, r, visit -> visit.ofUpdate() ? visit : hostAnswers.answered(visit));
        parts.launches().enqueue(key, observation, r);
        observation.rows().writeSpans();
        observation.rows().merge();
        land(r, place, observation);
        observation.rows().free();
        return r;
    }

    private Observation observation(Key key, Results r, UnaryOperator<Visit> passing) {
        return new Observation(device, parts.operations(), parts.measurements(), key.due(), r, passing);
    }

    private Results resultsOf(Key key) {
        int parameters = parts.weights().parameters().all().size();
        int hooks = Hook.values().length;
        int rows = key.due().nothing() ? 0 : hooks * (key.passes().size() * (spec.layers() + 2) + parameters);
        return new Results(results, RESULT_BYTES, key.sequences(), parameters, rows);
    }

    /**
     * The one copy of a step, and the wait for it: all it measured, or what training needs of it
     * where nobody will read.
     */
    private void land(Results r, Optional<MemorySegment> place, Observation observation) {
        long bytes = place.isPresent() ? r.used() : r.needed();
        device.toHost(place.orElse(aside).asSlice(0, bytes), results);
        device.await();
        place.ifPresent(home -> ring.measured(told(observation, r.skipped(home))));
    }

    /** What is to be shown of a step, with answers to all that is due of it. */
    private List<Visit> told(Observation observation, boolean skipped) {
        if (!skipped && !observation.open()) {
            return observation.visits();
        }
        return observation.visits().stream()
                .filter(visit -> !(visit.ofUpdate() && skipped))
                .map(hostAnswers::answered)
                .toList();
    }

    private Map<Site, Damage> faults(long step) {
        Map<Site, Damage> faults = new HashMap<>();
        for (Hook hook : Hook.values()) {
            int layer = spec.layers() / 2;
            fault.damage(hook, layer, spec, step).ifPresent(damage -> faults.put(Site.of(hook, layer), damage));
        }
        return faults;
    }

    /** Of the first pass alone: those after it add to its gradients where they lie. */
    private Optional<Micro> micro(List<TokenBatch> passes, Results r, MemorySegment home) {
        if (passes.size() == 1) {
            return Optional.empty();
        }
        double squares = 0;
        for (int p = 0; p < parts.weights().parameters().all().size(); p++) {
            squares += Summary.read(home, r.firstPassRow(p)).squares();
        }
        int first = passes.getFirst().size();
        double share = (double) passes.stream().mapToInt(TokenBatch::size).sum() / first;
        return Optional.of(new Micro(first, squares * share * share));
    }
}
