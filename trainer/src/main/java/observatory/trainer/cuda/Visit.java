package observatory.trainer.cuda;

import java.util.List;
import java.util.Map;
import observatory.probe.Reduction;
import observatory.probe.Site;
import observatory.probe.Teller;

/**
 * A hook to be shown a tensor after the step.
 *
 * @param other null where the hook is shown one tensor
 * @param ofUpdate whether the tensor is there only where the step was not skipped
 * @param open what is due of it and the device was not asked for
 * @param took what the host took to answer, in nanoseconds
 */
record Visit(
        Site site,
        CudaTensor tensor,
        CudaTensor other,
        boolean ofUpdate,
        List<Reduction<?>> open,
        Map<Reduction<?>, Long> took) {

    static Visit of(Site site, CudaTensor tensor, CudaTensor other, boolean ofUpdate, List<Reduction<?>> due) {
        List<Reduction<?>> open =
                due.stream().filter(reduction -> !tensor.answers(reduction)).toList();
        return new Visit(site, tensor, other, ofUpdate, List.copyOf(open), Map.of());
    }

    void show(Teller.Hooks<CudaTensor> hooks) {
        took.forEach((reduction, nanos) -> hooks.spent(site.hook(), reduction, nanos));
        hooks.at(site, tensor, other);
    }
}
