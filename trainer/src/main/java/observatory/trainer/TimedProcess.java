package observatory.trainer;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Somebody else's program, for so long and no longer: it is gone afterwards, however the wait for it ended. */
public final class TimedProcess {
    private TimedProcess() {}

    /**
     * Runs it to its end. Its output has to go to files or to ours: nobody reads it here.
     *
     * @return the status it ended with; empty where it had not ended in time
     * @throws IOException where it cannot be started
     */
    public static OptionalInt run(ProcessBuilder program, Duration patience) throws IOException, InterruptedException {
        Process process = program.start();
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                    ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } finally {
            process.destroyForcibly();
        }
    }
}
