package observatory.trainer.cuda;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Reduction;

/** What is due in a step at each hook that is watched: half of what makes two steps the same program. */
record Due(Map<Hook, List<Reduction<?>>> byHook) {
    static final Due NOTHING = new Due(Map.of());

    static Due of(Instruments<CudaTensor> instruments) {
        Map<Hook, List<Reduction<?>>> due = new EnumMap<>(Hook.class);
        for (Hook hook : Hook.values()) {
            if (instruments.wants(hook)) {
                due.put(hook, instruments.due(hook));
            }
        }
        return new Due(due);
    }

    boolean nothing() {
        return byHook.isEmpty();
    }

    boolean wants(Hook hook) {
        return byHook.containsKey(hook);
    }

    /** Empty where nobody watches the hook. */
    List<Reduction<?>> at(Hook hook) {
        return byHook.getOrDefault(hook, List.of());
    }

    /**
     * Whether something is due that only the host can compute, from a tensor that is there only while the step passes.
     */
    boolean needsHost() {
        return byHook.entrySet().stream()
                .anyMatch(entry ->
                        !stays(entry.getKey()) && !entry.getValue().stream().allMatch(Measurements::known));
    }

    /** Whether a hook's tensors stay as they are until the next step begins. */
    private static boolean stays(Hook hook) {
        return hook == Hook.WEIGHT || hook == Hook.NORM_GAIN || hook == Hook.GRADIENT;
    }
}
