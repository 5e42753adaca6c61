package observatory.trainer.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import observatory.probe.Instruments;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.Fingerprint;
import observatory.trainer.Model;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;

/**
 * The transformer on the CPU. The same seed gives the same bits, whatever the number of threads, cold or warm, observed
 * or not. Belongs to one thread; closing it frees its memory.
 */
public final class CpuModel implements Model {
    private final Arena arena = Arena.ofShared();
    private final Instruments<Tensor> instruments;
    private final HookLines lines;
    private final Rounding rounding;
    private final Operations ops;
    private final Network network;
    private final Optimiser optimiser;
    private final PassGradients passGradients;
    private final ModelState state;
    private final Ranked ranked;
    private final LongSupplier nanos;

    /** A model's place among others that are trained together. */
    public record Ranked(int rank, Exchange exchange) {
        /** The only one. */
        public static Ranked alone() {
            return new Ranked(0, new Exchange(1));
        }
    }

    /** The only rank there is. */
    public CpuModel(
            ModelSpec spec, TrainingSpec training, Fault fault, Instruments<Tensor> instruments, Workers workers) {
        this(spec, training, fault, instruments, workers, Ranked.alone(), System::nanoTime);
    }

    public CpuModel(
            ModelSpec spec,
            TrainingSpec training,
            Fault fault,
            Instruments<Tensor> instruments,
            Workers workers,
            Ranked ranked,
            LongSupplier nanos) {
        this(spec, training, fault, instruments, workers, ranked, nanos, Set.of());
    }

    /** @param wide where the forward pass stays in fp32 whatever the format of the run */
    public CpuModel(
            ModelSpec spec,
            TrainingSpec training,
            Fault fault,
            Instruments<Tensor> instruments,
            Workers workers,
            Ranked ranked,
            LongSupplier nanos,
            Set<Site> wide) {
        int sequences = Math.min(
                training.batching().micro(),
                training.batch() / training.batching().ranks());
        this.instruments = instruments;
        this.ranked = ranked;
        this.nanos = nanos;
        this.rounding = new Rounding(workers, training.precision());
        this.lines = new HookLines(fault, spec, rounding, instruments, workers, nanos, wide);
        this.ops = Operations.of(arena, spec, sequences, workers, lines, rounding);
        this.network = new Network(arena, spec, sequences, ops);
        this.optimiser = new Optimiser(arena, network.parameters(), ops, instruments);
        this.passGradients = new PassGradients(arena, network.parameters(), workers);
        this.state = new CpuState(network.parameters(), rounding);
        Initial.fill(network.parameters(), spec.layers(), training.seed());
        network.parameters().forEach(parameter -> parameter.refresh(rounding));
    }

    List<Parameter> parameters() {
        return network.parameters();
    }

    Network network() {
        return network;
    }

    @Override
    public Outcome step(List<TokenBatch> passes, StepSettings settings) {
        change(settings);
        lines.beginStep(settings.step());
        int sequences = passes.stream().mapToInt(TokenBatch::size).sum();
        double[] losses = new double[sequences];
        long forward = 0;
        long backward = 0;
        int parts = passes.size() * ranked.exchange.ranks();
        int done = 0;
        passGradients.beginStep();
        for (TokenBatch pass : passes) {
            double ownFactor = (double) sequences / pass.size() / settings.lossScale();
            lines.beginPass(pass.size(), ownFactor);
            long began = nanos.getAsLong();
            double[] these = network.forward(pass);
            long between = nanos.getAsLong();
            System.arraycopy(these, 0, losses, done, these.length);
            network.backward(settings.lossScale() / sequences, done > 0);
            backward += nanos.getAsLong() - between;
            forward += between - began;
            done += pass.size();
            boolean more = done < sequences;
            if (parts > 1 && instruments.wants(Scalars.MICRO_GRADIENT_SQUARE)) {
                instruments.making(
                        Scalars.MICRO_GRADIENT_SQUARE, () -> passGradients.after(pass.size(), ownFactor, more));
            }
        }
        long began = nanos.getAsLong();
        Optional<Micro> micro = micro(sequences, parts);
        double norm = optimiser.gradients(settings.lossScale());
        boolean skipped = !Double.isFinite(norm);
        if (!skipped) {
            optimiser.update(settings, Math.min(1, settings.clip() / (norm + 1e-6)));
        }
        lines.endStep();
        double optimising = nanos.getAsLong() - began;
        return new Outcome(losses, norm, skipped, micro, new Phases(forward / 1e9, backward / 1e9, optimising / 1e9));
    }

    /** Exchanges gradients, where there are several ranks, and says how large those of all passes of all ranks were. */
    private Optional<Micro> micro(int sequences, int parts) {
        double weighted = passGradients.weighted();
        double seen = passGradients.passes();
        int ranks = ranked.exchange.ranks();
        if (ranks > 1) {
            network.parameters().forEach(parameter -> rounding.round(parameter.gradient()));
            double[] sums = ranked.exchange.sums(ranked.rank, weighted, seen);
            weighted = sums[0];
            seen = sums[1];
            ranked.exchange.average(ranked.rank, network.parameters());
        }
        // A rank that nobody asked, or whose looking failed, leaves the others' passes without their whole.
        return seen > 1 && seen == parts
                ? Optional.of(new Micro(sequences * ranks / seen, weighted / (sequences * ranks)))
                : Optional.empty();
    }

    @Override
    public double[] evaluate(TokenBatch batch) {
        return network.forward(batch);
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
        arena.close();
    }

    private void change(StepSettings settings) {
        if (settings.precision() != rounding.precision()) {
            rounding.to(settings.precision());
            network.parameters().forEach(parameter -> parameter.refresh(rounding));
        }
    }
}
