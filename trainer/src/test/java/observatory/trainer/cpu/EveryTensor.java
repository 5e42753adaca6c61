package observatory.trainer.cpu;

import java.util.EnumSet;
import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.Schedule;

/**
 * A probe that asks for every tensor there is at every step; what it gets is whatever the test's own reducer gives. It
 * asks for more than moments, because of some tensors no more than those is left where nobody does.
 */
interface EveryTensor extends Probe<Object> {
    @Override
    default Set<Hook> hooks() {
        return EnumSet.allOf(Hook.class);
    }

    @Override
    default Schedule schedule() {
        return Schedule.everyStep();
    }

    @Override
    @SuppressWarnings("unchecked")
    default Reduction<Object> reduction() {
        return (Reduction<Object>) (Reduction<?>) new Reduction.ToShape();
    }
}
