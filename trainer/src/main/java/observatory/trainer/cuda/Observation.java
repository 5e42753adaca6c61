package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import observatory.probe.Hook;
import observatory.probe.Reduction;
import observatory.probe.Site;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Measurements.Scale;
import observatory.trainer.cuda.PartialRows.Partials;

/**
 * What one program measures while it computes: what kernels measure on the way, what takes a read of its own, and the
 * hooks to be shown it, in the order of the step.
 */
final class Observation {
    private final Operations operations;
    private final Measurements measurements;
    private final Due due;
    private final Results results;
    private final PartialRows rows;
    private final UnaryOperator<Visit> passing;
    private final Map<Site, Partials> fused = new HashMap<>();
    private final List<Visit> visits = new ArrayList<>();
    private boolean open;

    /** @param passing is given each visit as the step passes the hook, while the tensor is still there */
    Observation(
            Device device,
            Operations operations,
            Measurements measurements,
            Due due,
            Results results,
            UnaryOperator<Visit> passing) {
        this.operations = operations;
        this.measurements = measurements;
        this.due = due;
        this.results = results;
        this.rows = new PartialRows(device, operations.reductions(), results);
        this.passing = passing;
    }

    Due due() {
        return due;
    }

    boolean wants(Hook hook) {
        return due.wants(hook);
    }

    Results results() {
        return results;
    }

    PartialRows rows() {
        return rows;
    }

    /** Where a kernel that is about to write a tensor puts its partial summaries; 0 where nobody asks. */
    long partials(Hook hook, int layer, int blocks) {
        // Kernels that measure on the way look for no least and greatest element.
        if (!wantsSummary(hook) || due.at(hook).contains(new Reduction.ToRange())) {
            return 0;
        }
        Partials partials = rows.add(blocks);
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
                partials = rows.add(operations.blocks().forElements(place.elements()));
                operations.reductions().summarise(place, partials.address());
            }
            answers.putAll(Summary.answers(due.at(site.hook()), partials.offset(), place.elements()));
        }
        answers.putAll(ownAnswers(site.hook(), place, scale));
        visit(site, new CudaTensor(place, answers), null, ofUpdate);
    }

    /** Enqueues what takes a read of its own. */
    private Map<Reduction<?>, Function<MemorySegment, Object>> ownAnswers(Hook hook, Place place, Scale scale) {
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        for (Reduction<?> reduction : due.at(hook)) {
            Function<MemorySegment, Object> answer =
                    measurements.enqueue(reduction, place, new Measurements.Room(results, rows::allocate, scale));
            if (answer != null) {
                answers.put(reduction, answer);
            }
        }
        return answers;
    }

    private boolean wantsSummary(Hook hook) {
        return due.at(hook).stream().anyMatch(Summary::answers);
    }

    /** Whether something is due that the device was not asked for. */
    boolean open() {
        return open;
    }

    void visit(Site site, CudaTensor tensor, CudaTensor other, boolean ofUpdate) {
        Visit visit = passing.apply(Visit.of(site, tensor, other, ofUpdate, due.at(site.hook())));
        open |= !visit.open().isEmpty();
        visits.add(visit);
    }

    List<Visit> visits() {
        return visits;
    }
}
