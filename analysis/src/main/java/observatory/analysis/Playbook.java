package observatory.analysis;

import java.util.Locale;

/**
 * The line to paste: how to go back to before an incident and pass over its steps, in the words of the framework that
 * wrote the log. Only flags that are known to exist are named; elsewhere the line says what to do by hand.
 */
final class Playbook {
    /** PaLM restarted about 100 steps before a spike and skipped 200 to 500 batches that covered it (section 5.1). */
    private static final long BEFORE = 100;

    private static final long SKIPPED = 200;

    private Playbook() {}

    /**
     * @param framework name of the log format, or {@code live}
     * @param checkpoint the newest step before the incident with a checkpoint, or -1 where none was told
     */
    static String paste(String framework, Incident incident, long checkpoint) {
        long from = Math.max(0, incident.firstStep());
        long to = Math.max(incident.lastStep(), from + SKIPPED);
        long back = checkpoint >= 0 ? checkpoint : Math.max(0, from - BEFORE);
        String name = framework.toLowerCase(Locale.ROOT);
        if (name.contains("megatron")) {
            // of Megatron-DeepSpeed (BigScience): the samples of these iterations are drawn and not trained on
            return "--load CHECKPOINTS --ckpt-step %d --skip-train-iteration-range %d-%d".formatted(back, from, to);
        }
        if (name.contains("trainer")) {
            return "--resume_from_checkpoint OUTPUT/checkpoint-%d, with the samples of %s taken out of the data set"
                    .formatted(back, Incident.steps(from, to));
        }
        return "rewind to the checkpoint of %s and pass over the batches of %s"
                .formatted(Incident.step(back), Incident.steps(from, to));
    }
}
