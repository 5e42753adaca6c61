package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import observatory.probe.Hook;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Parameters.Parameter;
import observatory.trainer.cuda.PartialRows.OfParameters;

/** What one program measures of all parameters at once: their gradients, what Adam makes of them, their updates. */
final class ParameterObservation {
    private static final OfParameters UNWATCHED = new OfParameters(0, List.of());

    private final Observation observation;
    private final Due due;
    private final Results results;
    private final Reductions reductions;
    private final Weights weights;
    private final List<Parameter> parameters;
    private final List<Parameters.Chunk> chunks;

    ParameterObservation(Observation observation, Reductions reductions, Weights weights) {
        this.observation = observation;
        this.due = observation.due();
        this.results = observation.results();
        this.reductions = reductions;
        this.weights = weights;
        this.parameters = weights.parameters().all();
        this.chunks = weights.parameters().chunks();
    }

    /** Every parameter's gradient, unscaled: its row is there anyway, and exponents of all are counted at once. */
    void gradients(long orders) {
        if (!due.wants(Hook.GRADIENT)) {
            return;
        }
        Map<Reduction<?>, Long> counts = new HashMap<>();
        for (Reduction<?> reduction : due.at(Hook.GRADIENT)) {
            if (reduction instanceof Reduction.ToExponents exponents && Parameters.wholeRuns(exponents.stride())) {
                long at = results.take((long) parameters.size() * Measurements.COUNTS * Integer.BYTES);
                reductions.gradientExponents(
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
            Map<Reduction<?>, Function<MemorySegment, Object>> answers =
                    Summary.answers(due.at(Hook.GRADIENT), offset, parameter.size());
            counts.forEach((reduction, at) -> {
                long own = at + (long) parameter.number() * Measurements.COUNTS * Integer.BYTES;
                answers.put(reduction, home -> Measurements.exponents(home, own));
            });
            Place place = Place.ofFloats(weights.gradient(parameter), parameter.rows(), parameter.columns());
            observation.visit(parameter.site(Hook.GRADIENT), new CudaTensor(place, answers), null, false);
        }
    }

    /** What observers see of Adam, of every parameter: the kind of optimizer.cu, summaries and, where asked, a tail. */
    void adamRatios(Hook hook, int kind, OptimizerKernels.Control control) {
        if (!due.wants(hook)) {
            return;
        }
        float threshold = Float.POSITIVE_INFINITY;
        Reduction<?> toTail = null;
        for (Reduction<?> reduction : due.at(hook)) {
            if (reduction instanceof Reduction.ToTail tail) {
                toTail = tail;
                threshold = tail.threshold();
            }
        }
        OfParameters partials = observation.rows().add(chunks);
        long tails = toTail == null ? 0 : results.take(2L * Long.BYTES * parameters.size());
        reductions.adamRatio(
                weights.arrays(),
                weights.chunks(),
                chunks.size(),
                control,
                new Reductions.AdamRatio(kind, threshold),
                partials.address(),
                toTail == null ? 0 : results.address() + tails);
        for (Parameter parameter : parameters) {
            long offset = partials.offsets().get(parameter.number());
            Map<Reduction<?>, Function<MemorySegment, Object>> answers =
                    Summary.answers(due.at(hook), offset, parameter.size());
            if (toTail != null) {
                long at = tails + 2L * Long.BYTES * parameter.number();
                answers.put(toTail, home -> Measurements.tail(home, at));
            }
            observation.visit(parameter.site(hook), new CudaTensor(place(parameter), answers), null, true);
        }
    }

    /** Where AdamW puts the summaries of updates and of new values; 0 where nobody asks. */
    record Updates(OfParameters updates, OfParameters values) {}

    Updates beforeUpdate() {
        return due.wants(Hook.UPDATE)
                ? new Updates(observation.rows().add(chunks), observation.rows().add(chunks))
                : new Updates(UNWATCHED, UNWATCHED);
    }

    /** Every parameter's update beside its new value. */
    void updates(Updates rows) {
        if (!due.wants(Hook.UPDATE)) {
            return;
        }
        for (Parameter parameter : parameters) {
            long first = rows.updates().offsets().get(parameter.number());
            long second = rows.values().offsets().get(parameter.number());
            Function<MemorySegment, Object> norms = home -> new Norms(
                    Summary.read(home, first).norm(parameter.size()),
                    Summary.read(home, second).norm(parameter.size()));
            CudaTensor update = new CudaTensor(place(parameter), Map.of(new Reduction.ToNorms(), norms));
            CudaTensor value = new CudaTensor(place(parameter), Map.of());
            observation.visit(parameter.site(Hook.UPDATE), update, value, true);
        }
    }

    /** Every matrix and gain as it is after the update. */
    void values() {
        for (Parameter parameter : parameters) {
            if (parameter.matrix() || parameter.name().endsWith("norm.gain")) {
                Hook hook = parameter.matrix() ? Hook.WEIGHT : Hook.NORM_GAIN;
                observation.passAfterUpdate(parameter.site(hook), place(parameter));
            }
        }
    }

    private Place place(Parameter parameter) {
        return Place.ofFloats(weights.value(parameter), parameter.rows(), parameter.columns());
    }
}
