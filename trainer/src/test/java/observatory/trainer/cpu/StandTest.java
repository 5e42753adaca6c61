package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Pack;
import observatory.probe.Question;
import observatory.probe.Site;
import observatory.probe.builtin.Probes;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.replay.Cancelled;
import observatory.trainer.replay.Course;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Stand;
import observatory.trainer.replay.Swaps;
import observatory.trainer.replay.Trial;
import org.junit.jupiter.api.Test;

/** Trials: the same bits where nothing is varied, whatever they are cut into; and only what is varied differs. */
class StandTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 32, 24, 256, Norm.LAYERNORM);
    private static final List<Question> ALL = Probes.of(Pack.PROFILE);

    private static Stand stand(String fault, Precision precision) {
        Recipe recipe = new Recipe(SPEC, Small.training(20, 4, precision), Small.corpus(), Fault.parse(fault));
        AtomicLong clock = new AtomicLong();
        return new Stand(recipe, 1, () -> clock.addAndGet(1000));
    }

    private static Course run(Stand stand, Trial trial) {
        return stand.run(trial, Stand.Watch.NOBODY);
    }

    @Test
    void cutInTwoItHasTheSameBits() {
        Stand stand = stand("lr-surge@5", Precision.FP32);
        Course whole = run(stand, Trial.asRun(stand.beginning(), 9, List.of()));
        Course first = run(stand, Trial.asRun(stand.beginning(), 4, ALL));
        Course second = run(stand, Trial.asRun(first.end(), 9, ALL));
        assertTrue(whole.end().getFirst().sameBits(second.end().getFirst()));
        assertEquals(whole.loss(9), second.loss(9));
        assertEquals(5, second.frames().size());
        assertEquals(5, second.settings().size());
    }

    @Test
    void whatIsVariedDiffersFromThereOn() {
        Stand stand = stand("none", Precision.FP32);
        Trial asRun = Trial.asRun(stand.beginning(), 6, List.of());
        Course whole = run(stand, asRun);
        Course other = run(stand, asRun.batches(Swaps.control(stand.recipe(), 4, 4, 0)));
        assertEquals(whole.loss(3), other.loss(3), 1e-6, "the steps before have the same batches in another order");
        assertFalse(whole.loss(4) == other.loss(4));
        Course slower = run(stand, asRun.settings(told -> told.step() == 5 ? told.withLearningRate(0) : told));
        assertEquals(whole.loss(5), slower.loss(5), "the rate of a step shows in the next one");
        assertFalse(whole.loss(6) == slower.loss(6));
        assertFalse(whole.end().getFirst().sameBits(slower.end().getFirst()));
    }

    @Test
    void anotherOrderIsTheSameBatchButForRounding() {
        Stand stand = stand("none", Precision.FP32);
        Trial asRun = Trial.asRun(stand.beginning(), 3, ALL);
        Frame one = run(stand, asRun).frames().getFirst();
        Frame other = run(stand, asRun.batches(Swaps.permuted(1))).frames().getFirst();
        assertEquals(
                Set.copyOf(one.batch().orElseThrow().sequences().stream()
                        .map(each -> each.offset())
                        .toList()),
                Set.copyOf(other.batch().orElseThrow().sequences().stream()
                        .map(each -> each.offset())
                        .toList()));
        assertEquals(
                one.scalars().find("loss").orElseThrow(),
                other.scalars().find("loss").orElseThrow(),
                1e-6);
    }

    @Test
    void oneOperationAloneMayStayWide() {
        Stand stand = stand("fp16-overflow@3", Precision.FP16);
        Trial asRun = Trial.asRun(stand.beginning(), 3, ALL);
        double narrow = infinite(run(stand, asRun));
        double wide = infinite(run(stand, asRun.wide(Set.of(Site.of(Hook.MLP_HIDDEN, 1)))));
        assertTrue(narrow > 0, "activations times 2^24 are beyond fp16");
        assertEquals(0, wide, "and not beyond fp32");
    }

    /** Infinities at the hidden activations of the middle layer in the last step. */
    private static double infinite(Course course) {
        Frame last = course.frames().getLast();
        var column = last.sites().column("inf").orElseThrow();
        for (int i = 0; i < column.size(); i++) {
            if (last.sites().sites().get(column.at()[i]).equals(Site.of(Hook.MLP_HIDDEN, 1))) {
                return column.values()[i];
            }
        }
        throw new AssertionError("nobody looked");
    }

    @Test
    void aTrialStopsWhenItIsTold() {
        Stand stand = stand("none", Precision.FP32);
        AtomicLong steps = new AtomicLong();
        Stand.Watch watch = new Stand.Watch(() -> steps.get() >= 2, step -> steps.incrementAndGet());
        assertThrows(Cancelled.class, () -> stand.run(Trial.asRun(stand.beginning(), 20, List.of()), watch));
        assertEquals(2, steps.get());
    }

    @Test
    void aSnapshotIsChangedInACopy() {
        Stand stand = stand("none", Precision.FP32);
        Snapshot one =
                run(stand, Trial.asRun(stand.beginning(), 2, List.of())).end().getFirst();
        var entry = one.tensors().keySet().iterator().next();
        Snapshot other = one.with(entry, 3, 42f);
        assertFalse(one.sameBits(other));
        assertFalse(one.sameBits(one.withoutMoments()));
        assertTrue(one.sameBits(one.at(one.trainer())));
    }
}
