package observatory.analysis.log;

import java.util.List;

/**
 * How the reading of a log went.
 *
 * @param frames steps handed over
 * @param skipped records or lines that were damaged and left out
 * @param partial whether damage ended the reading before the end of the log; a torn end is none
 * @param remarks what a reader of the results should know, one sentence each
 */
public record Reading(long frames, long skipped, boolean partial, List<String> remarks) {
    public Reading(long frames, long skipped, List<String> remarks) {
        this(frames, skipped, false, remarks);
    }

    public Reading {
        remarks = List.copyOf(remarks);
    }
}
