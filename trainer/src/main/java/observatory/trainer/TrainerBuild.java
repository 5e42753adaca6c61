package observatory.trainer;

import java.util.List;

/**
 * Which build of the trainer this is: the classes that a step on the CPU consists of. Two builds that differ there may
 * differ in the last bit, and a replay is only worth something where none does.
 */
public final class TrainerBuild {
    private TrainerBuild() {}

    /** As {@link ClassFiles#fingerprint}. */
    public static String fingerprint() {
        return Holder.FINGERPRINT;
    }

    private static final class Holder {
        static final String FINGERPRINT = ClassFiles.fingerprint(
                TrainerBuild.class,
                List.of("observatory/trainer", "observatory/trainer/cpu", "observatory/trainer/fault"));
    }
}
