package observatory.trainer.cuda;

import java.util.Map;
import java.util.Optional;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.fault.Damage;

/**
 * What happens to a tensor as the step passes a hook: a planned fault damages it, and then it is observed. What is
 * damaged is not measured by the kernel that writes it, but afterwards.
 */
final class HookLines {
    private final Observation observation;
    private final Operations operations;
    private final Map<Site, Damage> faults;

    HookLines(Observation observation, Operations operations, Map<Site, Damage> faults) {
        this.observation = observation;
        this.operations = operations;
        this.faults = faults;
    }

    /** Where the kernel that writes, or reads, a tensor puts its partial summaries; 0 where it measures nothing. */
    long partials(Hook hook, int layer, int blocks) {
        return fault(hook, layer).isPresent() ? 0 : observation.partials(hook, layer, blocks);
    }

    /** To be called where another kernel measures the tensor after it is damaged. */
    void damage(Hook hook, int layer, long address, long elements) {
        fault(hook, layer).ifPresent(damage -> apply(damage, address, elements));
    }

    void pass(Hook hook, int layer, Place place) {
        if (!measuredByReader(hook)) {
            damage(hook, layer, place.address(), place.elements());
        }
        observation.pass(hook, layer, place);
    }

    /** Tensors that the kernel behind them measures have been damaged before it. */
    private static boolean measuredByReader(Hook hook) {
        return switch (hook) {
            case ATTENTION_OUT, MLP_OUT, MLP_UP, LOGITS -> true;
            default -> false;
        };
    }

    private void apply(Damage damage, long address, long elements) {
        switch (damage) {
            case Damage.Scale scale -> operations.damage().scaleAll(address, elements, scale.factor());
            case Damage.SetMiddle set -> operations.damage().setElement(address, elements / 2, set.value());
        }
    }

    private Optional<Damage> fault(Hook hook, int layer) {
        return Optional.ofNullable(faults.get(Site.of(hook, layer)));
    }
}
