package observatory.trainer.cpu;

import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Reduction;
import observatory.probe.Site;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.fault.Damage;

/**
 * What happens to a tensor as the step passes a hook: a planned fault damages it, it is rounded to the format of the
 * run, and then it is observed. So what is observed is what the next operation reads. Outside a step, in a validation,
 * nothing is damaged or observed.
 */
final class HookLines {
    private final Fault fault;
    private final ModelSpec model;
    private final Rounding rounding;
    private final Instruments<Tensor> instruments;
    private final Elementwise elementwise;
    private final Workers workers;
    private final LongSupplier nanos;
    private final Set<Site> wide;
    private long step;
    private boolean inStep;
    private int sequences;
    private float ownFactor;

    /** @param wide where a tensor stays in fp32 whatever the format of the run */
    HookLines(
            Fault fault,
            ModelSpec model,
            Rounding rounding,
            Instruments<Tensor> instruments,
            Workers workers,
            LongSupplier nanos,
            Set<Site> wide) {
        this.fault = fault;
        this.model = model;
        this.rounding = rounding;
        this.instruments = instruments;
        this.elementwise = new Elementwise(workers);
        this.workers = workers;
        this.nanos = nanos;
        this.wide = wide;
    }

    void beginStep(long step) {
        this.step = step;
        this.inStep = true;
    }

    void endStep() {
        inStep = false;
    }

    /**
     * Begins a pass of a step.
     *
     * @param sequences of the pass
     * @param ownFactor makes a gradient as it is computed, which is of the scaled mean loss of all the step's sequences,
     *     one of the mean loss of this pass
     */
    void beginPass(int sequences, double ownFactor) {
        this.sequences = sequences;
        this.ownFactor = (float) ownFactor;
    }

    int sequences() {
        return sequences;
    }

    float ownFactor() {
        return ownFactor;
    }

    /** Whether a tensor that only serves observers is to be made. */
    boolean wants(Hook hook) {
        return inStep && instruments.wants(hook);
    }

    /** Makes and shows what only serves observers; what goes wrong is their loss, and the step goes on. */
    void making(Hook hook, Runnable work) {
        if (inStep) {
            instruments.making(hook, work);
        }
    }

    /** Shows a tensor that only serves observers: nothing of the model, so it is neither damaged nor rounded. */
    void show(Hook hook, int layer, Tensor tensor) {
        if (inStep) {
            instruments.at(hook, layer, tensor);
        }
    }

    /** The same at a parameter. */
    void show(Site site, Tensor tensor) {
        if (inStep) {
            instruments.at(site, tensor);
        }
    }

    /**
     * How an operation is to measure what it writes for a hook, in so many parts; null where nobody wants that, or what is
     * seen there is not what the operation leaves, because it is rounded or damaged first.
     */
    Measuring measuring(Hook hook, int layer, int parts) {
        boolean left = inStep
                && rounding.precision() == Precision.FP32
                && fault.damage(hook, layer, model, step).isEmpty();
        List<Reduction<?>> taken = left ? Measuring.of(instruments.due(hook)) : List.of();
        return taken.isEmpty() ? null : measuring(taken, parts);
    }

    /** Of a tensor that only serves observers. */
    Measuring measuring(List<Reduction<?>> taken, int parts) {
        return new Measuring(taken, parts, nanos);
    }

    /** Charges what was measured on the way for a hook to those who asked for it. */
    void spent(Hook hook, Measuring measured) {
        for (Reduction<?> reduction : measured.taken()) {
            instruments.spent(hook, reduction, measured.nanos(reduction, workers.threads()));
        }
    }

    /** The same as {@link #pass(Hook, int, Tensor)} for a tensor that was measured as it was written. */
    void pass(Hook hook, int layer, Tensor tensor, Measuring measured) {
        if (measured == null) {
            pass(hook, layer, tensor);
        } else {
            spent(hook, measured);
            look(hook, layer, tensor.measured(measured.known()));
        }
    }

    void pass(Hook hook, int layer, Tensor tensor) {
        if (inStep) {
            fault.damage(hook, layer, model, step).ifPresent(damage -> apply(damage, tensor));
        }
        if (wide.isEmpty() || !wide.contains(Site.of(hook, layer))) {
            rounding.round(tensor);
        }
        if (inStep) {
            look(hook, layer, tensor);
        }
    }

    /** Shows a tensor; the norms of its rows, where they are due and not known, are taken by all threads before. */
    private void look(Hook hook, int layer, Tensor tensor) {
        Tensor shown = tensor;
        if (instruments.due(hook).contains(TensorRows.ROWS)
                && tensor.measured(TensorRows.ROWS).isEmpty()) {
            long began = nanos.getAsLong();
            shown = tensor.measured(TensorRows.ROWS, TensorRows.of(workers, tensor));
            instruments.spent(hook, TensorRows.ROWS, nanos.getAsLong() - began);
        }
        instruments.at(hook, layer, shown);
    }

    private void apply(Damage damage, Tensor tensor) {
        switch (damage) {
            case Damage.Scale scale -> elementwise.scale(tensor, scale.factor());
            case Damage.SetMiddle set -> tensor.set(tensor.size() / 2, set.value());
        }
    }
}
