package observatory.trainer.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.Fingerprint;
import observatory.trainer.InitialWeights;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Observation.Visit;
import observatory.trainer.cuda.Program.Key;
import observatory.trainer.cuda.Program.PassShape;
import observatory.trainer.fault.Damage;

/**
 * The transformer on an NVIDIA GPU. A step is one graph launch, from tokens to updated weights; the host waits once, for
 * loss and decision, and reads what was measured while the next step runs. The same seed gives the same bits on the same device and libraries, observed or not. Belongs to one
 * thread; closing it frees the device.
 */
public final class CudaModel implements Model {
    private static final int MOST_HEAD_WIDTH = 256;
    private static final int ORDER_BYTES = 64;
    private static final long RESULT_BYTES = 16 << 20;
    /** Programs kept: shapes times plans; a plan repeats within some hundred steps. */
    private static final int MOST_PROGRAMS = 64;

    private final Arena arena = Arena.ofShared();
    private final ModelSpec spec;
    private final Precision precision;
    private final Fault fault;
    private final Instruments<CudaTensor> instruments;
    private final CudaReducer reducer;
    private final Device device;
    private final Kernels kernels;
    private final Operations operations;
    private final Measurements measurements;
    private final Gemm gemm;
    private final Weights weights;
    private final Network network;
    private final CudaState state;
    private final Packet packet;
    private final int mostSequences;

    private final long sent; // orders, then the packets of all passes
    private final MemorySegment sending;
    private final long results;
    /** Where results come home, in turns: those of a step are read while the next one runs. */
    private final MemorySegment[] homes;
    /** Where those of an evaluation do, which may come between. */
    private final MemorySegment aside;

    private MemorySegment home;
    private final long gradientPartials;
    private final long gradientSpans;
    private int recorded;
    private final Map<Key, Program> programs = new LinkedHashMap<>(16, 0.75f, true);

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
        missing(spec, training).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        this.spec = spec;
        this.precision = training.precision();
        this.fault = fault;
        this.instruments = instruments;
        this.reducer = reducer;
        this.device = new Device();
        this.mostSequences = Math.min(training.batching().micro(), training.batch());
        Elements format = Elements.of(precision);
        Parameters parameters = new Parameters(spec);
        Footprint footprint = new Footprint(spec, parameters, format);
        Space space = new Space(footprint.allocate(device, mostSequences));
        this.kernels = new Kernels(device, format.name());
        this.operations = Operations.of(kernels, arena, format.bytes());
        this.measurements = new Measurements(device, operations);
        this.weights = Weights.in(space, parameters, format);
        Activations activations = Activations.in(space, spec, mostSequences, format);
        this.gemm = gemm(products, format);
        FixedTables tables = new FixedTables(device, spec, format);
        this.network =
                new Network(new NetworkContext(spec, weights, activations, operations, gemm, tables.upload()), device);
        this.packet = new Packet(mostSequences, spec.context(), spec.vocabulary());

        int passes = (training.batch() + mostSequences - 1) / mostSequences;
        long sentBytes = ORDER_BYTES + passes * packet.bytes();
        this.sent = device.allocate(sentBytes);
        this.sending = device.pinned(sentBytes);
        this.results = device.allocate(RESULT_BYTES);
        this.homes = new MemorySegment[] {device.pinned(RESULT_BYTES), device.pinned(RESULT_BYTES)};
        this.aside = device.pinned(RESULT_BYTES);
        this.home = homes[0];
        this.gradientPartials = device.allocate((long) parameters.chunks().size() * Summary.BYTES);
        this.gradientSpans = device.allocate(parameters.all().size() * 16L);
        reducer.copies(new HostCopies(device));
        weights.writeChunks(device);
        writeGradientSpans();
        this.state = new CudaState(device, weights, this::round);
        initialise(training.seed());
    }

    /** What trains, for people: the device, and what multiplies matrices. */
    public String label() {
        return device.name() + ", " + gemm.label();
    }

    @Override
    public Outcome step(List<TokenBatch> passes, StepSettings settings) {
        if (settings.precision() != precision) {
            throw new IllegalArgumentException("a model on CUDA keeps the format it began with: format="
                    + precision.label() + ", asked=" + settings.precision().label()
                    + "; checkpoint, and resume with --precision "
                    + settings.precision().label());
        }
        Key key = new Key(
                passes.stream().map(p -> new PassShape(p.size(), p.context())).toList(),
                true,
                Observation.due(instruments),
                faults(settings.step()));
        send(passes, settings);
        home = home == homes[0] ? homes[1] : homes[0];
        Results r = Observation.needsHost(key.due()) ? runEagerly(key) : runProgram(key);
        boolean skipped = r.skipped(home);
        double[] losses = new double[passes.stream().mapToInt(TokenBatch::size).sum()];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = r.loss(home, i);
        }
        return new Outcome(losses, r.gradientNorm(home), skipped, micro(passes, r), new Phases(0, 0, 0));
    }

    @Override
    public double[] evaluate(TokenBatch batch) {
        Key key = new Key(List.of(new PassShape(batch.size(), batch.context())), false, Map.of(), Map.of());
        packet.write(batch, batch.size(), sending.asSlice(ORDER_BYTES));
        device.toDevice(sent + ORDER_BYTES, sending.asSlice(ORDER_BYTES, packet.bytes()));
        Program program = program(key);
        program.graph().launch();
        bringHome(program.results(), aside);
        device.await();
        double[] losses = new double[batch.size()];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = program.results().loss(aside, i);
        }
        return losses;
    }

    @Override
    public ModelState state() {
        return state;
    }

    /** SHA-256 of all weights, in hex. */
    public String fingerprint() {
        return Fingerprint.of(state);
    }

    @Override
    public void close() {
        instruments.catchUp();
        programs.values().forEach(Program::close);
        kernels.close();
        if (gemm instanceof CublasLt library) {
            library.close();
        }
        device.close();
        arena.close();
    }

    /** A step as one graph. While it runs, the host reads what the step before it brought home. */
    private Results runProgram(Key key) {
        Program program = program(key);
        program.graph().launch();
        bringHome(program.results(), home);
        instruments.catchUp();
        device.await();
        boolean skipped = program.results().skipped(home);
        List<Visit> visits = program.observation().visits();
        reducer.passed(
                home,
                () -> visits.stream()
                        .filter(visit -> !(visit.ofUpdate() && skipped))
                        .forEach(visit -> visit.tell(instruments)),
                !Observation.copies(key.due()));
        return program.results();
    }

    private Program program(Key key) {
        Program program = programs.computeIfAbsent(key, this::record);
        if (programs.size() > MOST_PROGRAMS) {
            programs.remove(programs.keySet().iterator().next()).close();
        }
        return program;
    }

    /** How many programs were recorded so far; each costs some tens of milliseconds once. */
    int recorded() {
        return recorded;
    }

    private Program record(Key key) {
        recorded++;
        Results r = resultsOf(key);
        Observation observation = new Observation(device, operations, measurements, key.due(), r, _ -> {});
        Graph graph = Graph.record(device, () -> {
            enqueue(key, observation, r);
            observation.merge();
        });
        observation.writeSpans();
        return new Program(graph, observation, r);
    }

    /** A step launch by launch, in which the host looks at tensors where the device has no kernel for what is due. */
    private Results runEagerly(Key key) {
        instruments.catchUp();
        reducer.passing(home);
        Results r = resultsOf(key);
        Observation observation = new Observation(device, operations, measurements, key.due(), r, visit -> {
            if (!visit.ofUpdate()) {
                visit.tell(instruments);
            }
        });
        enqueue(key, observation, r);
        observation.writeSpans();
        observation.merge();
        bringHome(r, home);
        device.await();
        if (!r.skipped(home)) {
            observation.visits().stream().filter(Visit::ofUpdate).forEach(visit -> visit.tell(instruments));
        }
        observation.free();
        return r;
    }

    private Results resultsOf(Key key) {
        int parameters = weights.parameters().all().size();
        int hooks = Hook.values().length;
        int rows = key.due().isEmpty() ? 0 : hooks * (key.passes().size() * (spec.layers() + 2) + parameters);
        return new Results(results, RESULT_BYTES, sequences(key), parameters, rows);
    }

    private void bringHome(Results r, MemorySegment to) {
        device.toHost(to.asSlice(0, r.used()), results);
    }

    private static int sequences(Key key) {
        return key.passes().stream().mapToInt(PassShape::sequences).sum();
    }

    /** The whole step, or a forward pass alone, as launches. */
    private void enqueue(Key key, Observation observation, Results r) {
        HookLines lines = new HookLines(observation, operations, key.faults());
        if (!key.due().isEmpty()) {
            // Counters begin at zero.
            device.clear(results, RESULT_BYTES);
        }
        int done = 0;
        for (int i = 0; i < key.passes().size(); i++) {
            PassShape shape = key.passes().get(i);
            Pass pass = new Pass(
                    shape.sequences(),
                    shape.context(),
                    packet.at(sent + ORDER_BYTES + i * packet.bytes()),
                    observation,
                    lines,
                    new Measurements.Scale(sent, (float) sequences(key) / shape.sequences()));
            network.forward(pass, sent, results + r.lossOf(done));
            if (!key.training()) {
                return;
            }
            network.backward(pass, i > 0);
            done += shape.sequences();
            if (i == 0 && key.passes().size() > 1) {
                gradientRows(r.firstPassRow(0));
            }
        }
        optimise(observation, r);
    }

    private void gradientRows(long offset) {
        int parameters = weights.parameters().all().size();
        int chunks = weights.parameters().chunks().size();
        operations.optimizer().gradientNorm(weights.gradients(), weights.chunks(), chunks, gradientPartials);
        operations.reductions().mergeSummaries(gradientSpans, parameters, sent, results + offset);
    }

    private void optimise(Observation observation, Results r) {
        List<Parameters.Parameter> all = weights.parameters().all();
        List<Parameters.Chunk> chunks = weights.parameters().chunks();
        gradientRows(r.gradientRow(0));
        OptimizerKernels.Control control = new OptimizerKernels.Control(sent, r.decision());
        operations.optimizer().decide(results + r.gradientRow(0), all.size(), control.orders(), control.decision());
        observation.gradients(all, weights, sent);
        boolean updates = observation.wants(Hook.UPDATE);
        List<Long> updateRows = new ArrayList<>();
        List<Long> valueRows = new ArrayList<>();
        long updatePartials = updates ? observation.parameterPartials(chunks, updateRows) : 0;
        long valuePartials = updates ? observation.parameterPartials(chunks, valueRows) : 0;
        operations
                .optimizer()
                .adamw(weights.arrays(), weights.chunks(), chunks.size(), control, updatePartials, valuePartials);
        observation.adamRatios(Hook.NORMALISED_GRADIENT, 0, all, weights, control);
        observation.adamRatios(Hook.ADAM_DIRECTION, 1, all, weights, control);
        observation.adamRatios(Hook.SECOND_MOMENT, 2, all, weights, control);
        if (updates) {
            observation.updates(all, weights, updateRows, valueRows);
        }
        for (Parameters.Parameter parameter : all) {
            if (parameter.matrix() || parameter.name().endsWith("norm.gain")) {
                Hook hook = parameter.matrix() ? Hook.WEIGHT : Hook.NORM_GAIN;
                Place place = Place.ofFloats(weights.value(parameter), parameter.rows(), parameter.columns());
                observation.passAfterUpdate(parameter.site(hook), place);
            }
        }
    }

    /** What the CPU can train and this backend cannot, in one line; empty where it can train this. */
    public static Optional<String> missing(ModelSpec spec, TrainingSpec training) {
        if (training.batching().ranks() > 1) {
            return missing("ranks", training.batching().ranks(), "1");
        }
        return spec.headWidth() > MOST_HEAD_WIDTH
                ? missing("head width", spec.headWidth(), "at most " + MOST_HEAD_WIDTH)
                : Optional.empty();
    }

    private static Optional<String> missing(String what, Object asked, String instead) {
        return Optional.of("there are no CUDA kernels for this " + what + ": "
                + asked.toString().toLowerCase(java.util.Locale.ROOT) + "; there are for " + instead
                + ", and --backend cpu trains the rest");
    }

    private Gemm gemm(Products products, Elements format) {
        Optional<Gemm> library = products == Products.OWN
                ? Optional.empty()
                : CublasLt.open(device, precision).map(Gemm.class::cast);
        return library.orElseGet(() -> new OwnGemm(device, kernels, format.bytes() == Short.BYTES));
    }

    private Map<Site, Damage> faults(long step) {
        Map<Site, Damage> faults = new HashMap<>();
        for (Hook hook : Hook.values()) {
            int layer = spec.layers() / 2;
            fault.damage(hook, layer, spec, step).ifPresent(damage -> faults.put(Site.of(hook, layer), damage));
        }
        return faults;
    }

    private Optional<Micro> micro(List<TokenBatch> passes, Results r) {
        if (passes.size() == 1) {
            return Optional.empty();
        }
        double squares = 0;
        for (int p = 0; p < weights.parameters().all().size(); p++) {
            squares += Summary.read(home, r.firstPassRow(p)).squares();
        }
        int first = passes.getFirst().size();
        double share = (double) passes.stream().mapToInt(TokenBatch::size).sum() / first;
        return Optional.of(new Micro(first, squares * share * share));
    }

    private void send(List<TokenBatch> passes, StepSettings settings) {
        int sequences = passes.stream().mapToInt(TokenBatch::size).sum();
        Orders.write(settings, spec.zLoss(), sending);
        for (int i = 0; i < passes.size(); i++) {
            long at = ORDER_BYTES + i * packet.bytes();
            packet.write(passes.get(i), sequences, sending.asSlice(at));
        }
        device.toDevice(sent, sending.asSlice(0, ORDER_BYTES + passes.size() * packet.bytes()));
    }

    private void round() {
        operations
                .optimizer()
                .roundWeights(
                        weights.values(),
                        weights.working(),
                        weights.parameters().elements());
    }

    private void writeGradientSpans() {
        List<Observation.Partials> rows = new ArrayList<>();
        List<Parameters.Chunk> chunks = weights.parameters().chunks();
        for (int i = 0; i < chunks.size(); i++) {
            int first = i;
            while (i + 1 < chunks.size()
                    && chunks.get(i + 1).parameter() == chunks.get(first).parameter()) {
                i++;
            }
            rows.add(new Observation.Partials(gradientPartials + (long) first * Summary.BYTES, i + 1 - first, 0));
        }
        Observation.writeSpans(device, gradientSpans, rows);
    }

    private void initialise(long seed) {
        InitialWeights initial = new InitialWeights(spec.layers(), seed);
        long bytes = weights.parameters().elements() * Float.BYTES;
        device.clear(weights.gradients(), bytes);
        device.clear(weights.values(), bytes);
        device.clear(weights.firsts(), bytes);
        device.clear(weights.seconds(), bytes);
        for (Parameters.Parameter parameter : weights.parameters().all()) {
            try (Arena local = Arena.ofShared()) {
                MemorySegment values = local.allocate(parameter.size() * Float.BYTES, Float.BYTES);
                ModelState.Entry entry = new ModelState.Entry(
                        parameter.path(), ModelState.Part.WEIGHT, parameter.rows(), parameter.columns());
                initial.fill(values, entry, parameter.number());
                device.toDevice(weights.value(parameter), values);
                device.await();
            }
        }
        if (weights.rounded()) {
            round();
        }
        device.await();
    }
}
