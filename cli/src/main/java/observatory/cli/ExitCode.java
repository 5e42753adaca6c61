package observatory.cli;

/** What the command tells the shell. 0 is success, 1 a fault of ours, 2 a wrong command line. */
final class ExitCode {
    static final int OK = 0;
    static final int INTERNAL = 1;
    static final int USAGE = 2;
    static final int CONFIGURATION = 3;
    static final int CANNOT_CONNECT = 4;
    static final int DENIED = 5;
    static final int CORRUPT_INPUT = 6;
    static final int FINDINGS = 7;
    static final int INTERRUPTED = 130;
    /** As of a program that died of SIGPIPE. */
    static final int UNHEARD = 141;

    private ExitCode() {}
}
