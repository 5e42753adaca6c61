package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import observatory.probe.Reduction;
import observatory.trainer.DeviceLost;

/** Answers what the device has no kernel for, from copies made while the tensors are there: on the training thread. */
record HostAnswers(HostCopies copies, LongSupplier nanos) {

    /** The visit with an answer to everything that is due; where one failed, who asked will hear why. */
    Visit answered(Visit visit) {
        if (visit.open().isEmpty()) {
            return visit;
        }
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        Map<Reduction<?>, Long> took = new HashMap<>();
        for (Reduction<?> reduction : visit.open()) {
            long began = nanos.getAsLong();
            answers.put(reduction, answer(reduction, visit));
            took.put(reduction, nanos.getAsLong() - began);
        }
        return new Visit(visit.site(), visit.tensor().with(answers), visit.other(), visit.ofUpdate(), List.of(), took);
    }

    private Function<MemorySegment, Object> answer(Reduction<?> reduction, Visit visit) {
        try {
            Object value = copies.reduce(reduction, visit.tensor(), visit.other());
            return _ -> value;
        } catch (DeviceLost e) {
            throw e;
        } catch (RuntimeException e) {
            return _ -> {
                throw e;
            };
        }
    }
}
