package observatory.cli;

import observatory.stream.cluster.KafkaErrors;
import observatory.stream.spool.Sender;

/** What the command tells the shell. 0 is success, 1 a fault of ours, 2 a wrong command line. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int INTERNAL = 1;
    public static final int USAGE = 2;
    public static final int CONFIGURATION = 3;
    public static final int CANNOT_CONNECT = 4;
    public static final int DENIED = 5;
    public static final int CORRUPT_INPUT = 6;
    public static final int FINDINGS = 7;
    public static final int INTERRUPTED = 130;
    /** As of a program that died of SIGPIPE. */
    static final int UNHEARD = 141;

    private ExitCode() {}

    /** Of who could not deliver everything. */
    public static int undelivered(Sender sender) {
        return sender.refusal().filter(KafkaErrors.Kind.DENIED::equals).isPresent() ? DENIED : CANNOT_CONNECT;
    }
}
