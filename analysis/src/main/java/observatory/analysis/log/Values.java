package observatory.analysis.log;

import java.time.Instant;

/** Takes what a log says, one value at a time and under the log's own tags. */
interface Values {
    void put(long step, Instant time, String tag, double value);

    /** Something a reader of the results should know about how the log was read; said once however often it is told. */
    void remark(String sentence);
}
