package observatory.analysis.alert;

import java.util.List;

/** Where incidents and the steps of runs come from. */
public interface Feed extends AutoCloseable {
    /** A record, and where reading goes on after it. */
    record Arrived(String place, long next, String run, Content content, byte[] value) {}

    /** What a record is. */
    enum Content {
        JUDGED,
        TELEMETRY
    }

    /** What came since the last call; waits a moment where there is nothing. */
    List<Arrived> poll();

    /** Whether everything has been read that was there when the feed was made. */
    boolean caughtUp();

    @Override
    void close();
}
