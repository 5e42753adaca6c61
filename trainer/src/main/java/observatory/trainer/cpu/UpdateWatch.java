package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Norms;
import observatory.probe.Reduction;
import observatory.probe.Site;
import observatory.probe.Squares;

/**
 * What observers see of an update: how far it moved a parameter, Adam's ratios, and the weight after it. Sums of squares are
 * taken by {@link AdamW} as it goes. What else is asked for is made part by part and measured in a core's cache; and whole
 * where somebody asks for what cannot be taken of parts.
 */
final class UpdateWatch {
    /** The tensors that are made for observers. */
    static final List<Hook> MADE =
            List.of(Hook.UPDATE, Hook.NORMALISED_GRADIENT, Hook.ADAM_DIRECTION, Hook.SECOND_MOMENT);

    private static final List<Hook> SEEN = List.of(Hook.WEIGHT, Hook.NORM_GAIN);
    private static final Reduction<Norms> NORMS = new Reduction.ToNorms();
    private static final Reduction<Squares> SQUARES = new Reduction.ToSquares();
    /** Of the time of a sweep that sums squares, what the sums take of it: up to a seventh where it does not wait for memory. */
    private static final int SHARE_OF_SQUARES = 7;

    /** A part of a tensor that is made, for each thread that makes one. */
    private static final ThreadLocal<Tensor> ROOM =
            ThreadLocal.withInitial(() -> Tensor.zeros(Arena.ofAuto(), 1, Workers.GRAIN));

    private final Arena arena;
    private final Operations ops;
    private final Instruments<Tensor> instruments;
    private final List<Watched> parameters = new ArrayList<>();
    /** Each as large as the largest parameter, and made when somebody first asks for it whole. */
    private final Tensor[] whole = new Tensor[MADE.size()];

    UpdateWatch(Arena arena, List<Parameter> parameters, Operations ops, Instruments<Tensor> instruments) {
        this.arena = arena;
        this.ops = ops;
        this.instruments = instruments;
        parameters.forEach(parameter -> this.parameters.add(new Watched(parameter)));
    }

    List<Watched> parameters() {
        return parameters;
    }

    /** Shows weights and gains as they are after the updates. */
    void showWeights() {
        for (Hook hook : SEEN) {
            if (instruments.wants(hook)) {
                for (Watched watched : parameters) {
                    if (watched.seenAt == hook) {
                        instruments.at(watched.at(hook), watched.parameter.weight());
                    }
                }
            }
        }
    }

    /** A parameter, and where it is seen. */
    final class Watched {
        private final Parameter parameter;
        private final Hook seenAt;
        private final List<Site> sites = new ArrayList<>();

        private Watched(Parameter parameter) {
            this.parameter = parameter;
            this.seenAt = seenAt(parameter);
            for (Hook hook : Hook.values()) {
                sites.add(parameter.site(hook));
            }
        }

        Parameter parameter() {
            return parameter;
        }

        /** How the next update is to be observed; null where nobody looks at it. */
        Update begin() {
            return MADE.stream().anyMatch(instruments::wants) ? new Update(this) : null;
        }

        private Site at(Hook hook) {
            return sites.get(hook.ordinal());
        }
    }

    /** A bias is no matrix and no gain, and nobody looks at it: null. */
    private static Hook seenAt(Parameter parameter) {
        if (parameter.matrix()) {
            return Hook.WEIGHT;
        }
        return parameter.name().endsWith("norm.gain") ? Hook.NORM_GAIN : null;
    }

    /** One update of a parameter as it is observed. Parts are taken by several threads, everything else by one. */
    final class Update {
        private final Watched watched;
        private final Tensor weight;
        private final List<Making> making = new ArrayList<>();
        private final List<Hook> ofSquares = new ArrayList<>();
        private final AdamW.Squared[] squared;
        private final Squares[] ratios;
        private final long[] sweeping;

        private Update(Watched watched) {
            this.watched = watched;
            this.weight = watched.parameter.weight();
            int parts = Workers.parts(weight.size(), 1);
            this.squared = new AdamW.Squared[parts];
            this.ratios = new Squares[parts];
            this.sweeping = new long[parts];
            for (Hook hook : MADE) {
                instruments.making(hook, () -> begin(hook, parts));
            }
        }

        private void begin(Hook hook, int parts) {
            List<Reduction<?>> due = instruments.due(hook);
            if (due.equals(List.of(hook == Hook.UPDATE ? NORMS : SQUARES))) {
                ofSquares.add(hook);
                return;
            }
            List<Reduction<?>> taken = due.stream().filter(UpdateWatch::ofParts).toList();
            boolean ofParts = hook != Hook.UPDATE && taken.size() == due.size();
            making.add(new Making(
                    hook, ofParts ? null : whole(hook, weight), ops.lines().measuring(taken, parts)));
        }

        /** Makes a part of the update, and measures it. */
        void part(AdamW.Part update) {
            int part = (int) (update.from() / Workers.GRAIN);
            making.forEach(made -> made.before(weight, update));
            if (ofSquares.isEmpty()) {
                update.sweep();
            } else {
                long began = instruments.nanos();
                squared[part] = update.squaringSweep();
                sweeping[part] = instruments.nanos() - began;
                ratios[part] = Double.isFinite(squared[part].ratio())
                        ? new Squares(update.to() - update.from(), squared[part].ratio())
                        : ratio(update);
            }
            making.forEach(made -> made.after(part, update));
        }

        /** Of the finite ratios alone, which are made once more for it. */
        private static Squares ratio(AdamW.Part update) {
            long count = update.to() - update.from();
            update.ratios().normalised(update.from(), update.to(), ROOM.get().data());
            return TensorMoments.of(ROOM.get(), 0, count).squares();
        }

        /** Shows what was made, when all parts are. */
        void show() {
            for (Hook hook : ofSquares) {
                long sweep =
                        LongStream.of(sweeping).sum() / Math.min(ops.workers().threads(), sweeping.length);
                instruments.spent(hook, instruments.due(hook).getFirst(), sweep / SHARE_OF_SQUARES / ofSquares.size());
                Tensor seen = hook == Hook.UPDATE
                        ? weight.withoutMemory().measured(NORMS, norms())
                        : weight.withoutMemory().measured(SQUARES, ratios());
                instruments.at(watched.at(hook), seen, weight);
            }
            for (Making made : making) {
                ops.lines().spent(made.hook, made.measuring);
                Tensor seen = made.whole == null ? weight.withoutMemory() : made.whole;
                instruments.at(watched.at(made.hook), seen.measured(made.measuring.known()), weight);
            }
        }

        private Norms norms() {
            double update = 0;
            double after = 0;
            for (AdamW.Squared part : squared) {
                update += part.update();
                after += part.weight();
            }
            return new Norms(Math.sqrt(update), Math.sqrt(after));
        }

        private Squares ratios() {
            long finite = 0;
            double sum = 0;
            for (Squares part : ratios) {
                finite += part.finite();
                sum += part.sum();
            }
            return new Squares(finite, sum);
        }
    }

    /**
     * A tensor that is made at a hook.
     *
     * @param whole where it is made; null where each part is forgotten when it is measured
     */
    private record Making(Hook hook, Tensor whole, Measuring measuring) {
        /** Before the update of a part. */
        void before(Tensor weight, AdamW.Part update) {
            if (hook == Hook.UPDATE) {
                long at = update.from() * Float.BYTES;
                long bytes = (update.to() - update.from()) * Float.BYTES;
                MemorySegment.copy(weight.data(), at, whole.data(), at, bytes);
            }
        }

        void after(int part, AdamW.Part update) {
            AdamRatios ratios = update.ratios();
            long from = update.from();
            long to = update.to();
            Tensor tensor = whole == null ? ROOM.get() : whole;
            long at = whole == null ? 0 : from;
            MemorySegment out = tensor.from(at);
            switch (hook) {
                case UPDATE -> ratios.difference(from, to, out);
                case NORMALISED_GRADIENT -> ratios.normalised(from, to, out);
                case ADAM_DIRECTION -> ratios.direction(from, to, out);
                case SECOND_MOMENT -> ratios.root(from, to, out);
                default -> throw new IllegalStateException("no tensor is made there: hook=" + hook.label());
            }
            measuring.part(part, tensor, at, at + to - from);
        }
    }

    /** Whether a reduction can be taken of parts that are measured wherever they lie. */
    private static boolean ofParts(Reduction<?> due) {
        return due instanceof Reduction.ToMoments || due instanceof Reduction.ToTail;
    }

    /** A whole tensor for one that is made, in the shape of a weight; its content is whatever was there. */
    private Tensor whole(Hook hook, Tensor weight) {
        int i = MADE.indexOf(hook);
        if (whole[i] == null) {
            long largest = parameters.stream()
                    .mapToLong(watched -> watched.parameter.weight().size())
                    .max()
                    .orElseThrow();
            whole[i] = Tensor.zeros(arena, 1, Math.toIntExact(largest));
        }
        return whole[i].shaped(0, weight.rows(), weight.columns());
    }
}
